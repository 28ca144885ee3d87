import type { Implementation } from "@modelcontextprotocol/server";
import { isSecureUrl, withoutPasswords } from "../../config/secure-url.ts";
import { AnycloudError } from "../../errors.ts";
import type { RateLimit } from "../../services/rate-limiter.ts";
import type { BreakerOptions } from "./breaker.ts";
import type { Credentials } from "./credentials/credentials.ts";

export interface RemoteOptions {
  /** How the proxy presents itself. Default: `{ name: "remote", version: "1.0.0" }`. */
  readonly info?: Implementation;
  readonly instructions?: string;
  /** The token that the upstream gets. Never the caller's own. Default: none. */
  readonly credentials?: Credentials;
  /** Headers of every request, such as a tenant. For secrets there is `credentials`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds without a message after which a request is given up. 1 to 3,600. Default 30. */
  readonly timeoutSeconds?: number;
  /** Seconds for which lists are kept, where the upstream names no longer time. 0 to 3,600. Default 60. */
  readonly listSeconds?: number;
  /** Items of one list that are passed on. 1 to 10,000. Default 1,000. */
  readonly maxItems?: number;
  /** Bytes of one answer that are read. Default 4,194,304 (4 MiB). */
  readonly maxBytes?: number;
  /** Requests that one instance has at the upstream at a time. 1 to 10,000. Default 64. */
  readonly maxConcurrent?: number;
  readonly breaker?: BreakerOptions;
  /** How often the upstream may be used: by each caller, or by everybody together. Needs a store. Default: no limit. */
  readonly budget?: Pick<RateLimit, "limit" | "windowSeconds" | "per">;
  /**
   * Whether clients get the tasks that the upstream begins (MCP Tasks extension). Needs a store. Default false: the upstream
   * is told that its client takes none.
   */
  readonly tasks?: boolean;
  /** Sends the requests. Default: `fetch`. */
  readonly fetch?: typeof fetch;
}

export interface CheckedOptions {
  readonly url: URL;
  readonly idleMs: number;
  readonly listMs: number;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly maxConcurrent: number;
}

/** Throws SERVER_INVALID with one sentence that names the address. */
export function checkRemote(address: string, options: RemoteOptions): CheckedOptions {
  if (!isSecureUrl(address)) {
    throw new AnycloudError(
      "SERVER_INVALID",
      `remote(${withoutPasswords(JSON.stringify(address))}) must have an https address, without user, query or fragment; http is for loopback alone.`,
    );
  }
  const { timeoutSeconds = 30, listSeconds = 60, maxItems = 1_000, maxBytes = 4_194_304, maxConcurrent = 64 } = options;
  const limits = [
    ["timeoutSeconds", timeoutSeconds, 1, 3_600],
    ["listSeconds", listSeconds, 0, 3_600],
    ["maxItems", maxItems, 1, 10_000],
    ["maxBytes", maxBytes, 1_024, 104_857_600],
    ["maxConcurrent", maxConcurrent, 1, 10_000],
    ["breaker.failures", options.breaker?.failures ?? 1, 1, 1_000],
    ["breaker.seconds", options.breaker?.seconds ?? 1, 1, 3_600],
  ] as const;
  for (const [name, value, least, most] of limits) {
    if (value >= least && value <= most) continue;
    const message = `${name} of remote(${JSON.stringify(address)}) must be from ${least} to ${most}, not ${value}.`;
    throw new AnycloudError("SERVER_INVALID", message);
  }
  const listMs = listSeconds * 1000;
  return { url: new URL(address), idleMs: timeoutSeconds * 1000, listMs, maxItems, maxBytes, maxConcurrent };
}
