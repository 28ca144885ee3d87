import { AsyncLocalStorage } from "node:async_hooks";
import type { KnownNames } from "./record/known-names.ts";
import type { RequestLogFields } from "./record/log-fields.ts";

import type { Telemetry } from "./telemetry.ts";

/** The request that code runs for. */
export interface ServedRequest {
  /** The platform's id of it. */
  readonly requestId: string;
  readonly logFields: RequestLogFields;
  /** Names that the server has. */
  readonly names?: KnownNames;
  /** Absent where nobody observes requests. */
  readonly telemetry?: Telemetry | undefined;
  /** Whether a message that came too late was logged: one line for each request is enough. */
  hasLateMessage?: boolean;
}

/** Known to everything that a server does for a request, also long after its response. */
export const servedRequest: AsyncLocalStorage<ServedRequest> = new AsyncLocalStorage();

/** The error stream's line about a request that may be over, so that its record can no longer tell. */
export function logAboutRequest(what: string, error?: unknown): void {
  const { requestId, logFields } = servedRequest.getStore() ?? { requestId: "unknown", logFields: {} };
  const { mcpMethod = "no method", mcpName } = logFields;
  // A caller names both: neither may begin a line of its own.
  const method = JSON.stringify(mcpMethod).slice(1, -1);
  const name = mcpName === undefined ? method : `${method} ${JSON.stringify(mcpName)}`;
  const line = `request ${requestId} (${name}): ${what}`;
  try {
    console.error(line, ...(error === undefined ? [] : [error]));
  } catch {
    // An author may throw a value that fails when it is printed.
    console.error(line, "a value that cannot be printed");
  }
}
