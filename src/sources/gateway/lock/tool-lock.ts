import { createHash } from "node:crypto";
import { AnycloudError } from "../../../errors.ts";
import { canonicalJson } from "../../../http/canonical-json.ts";
import type { JsonObject } from "../../forwarding/forwarded-request.ts";

/** The tools of other people's servers as they were when somebody looked at them: what `mcp-anycloud lock` writes. */
export interface ToolLock {
  readonly version: 1;
  /** Hashes by the names of tools in the gateway. */
  readonly tools: Readonly<Record<string, string>>;
}

export interface LockOptions {
  /** The content of the file: `import lock from "./tools.lock.json" with { type: "json" }`. */
  readonly tools: ToolLock;
  /**
   * About a tool that is another one than in the lock, or not in it. `refuse`: it is not listed, and its calls are refused with
   * the reason. `hide`: as if there were none. `report`: only a line in the log. Default `refuse`.
   */
  readonly onChange?: "refuse" | "hide" | "report";
}

/** The hash of everything about a tool that reaches a model, or decides what it is sent. */
export function toolHash({ title, description, inputSchema, outputSchema, annotations }: JsonObject): string {
  const text = canonicalJson({ title, description, inputSchema, outputSchema, annotations });
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** Throws SERVER_INVALID. */
export function checkLock({ tools, onChange = "refuse" }: LockOptions): void {
  const { version, tools: hashes } = (tools ?? {}) as Partial<ToolLock>;
  if (version !== 1 || typeof hashes !== "object" || hashes === null) {
    throw new AnycloudError(
      "SERVER_INVALID",
      "The lock of the gateway is not what mcp-anycloud lock writes: run it again.",
    );
  }
  if (["refuse", "hide", "report"].includes(onChange)) return;
  throw new AnycloudError(
    "SERVER_INVALID",
    `lock.onChange of a gateway must be refuse, hide or report, not ${onChange}.`,
  );
}
