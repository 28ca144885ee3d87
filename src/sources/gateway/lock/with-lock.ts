import { logAboutRequest } from "../../../http/served-request.ts";
import type { Forward, ForwardedRequest, JsonObject } from "../../forwarding/forwarded-request.ts";
import { toToolError } from "../../forwarding/result.ts";
import { type LockOptions, toolHash } from "./tool-lock.ts";

export interface LockedCatalog {
  /** Whether a tool of this name belongs to somebody else's server. */
  isForeign(name: string): boolean;
  /** The tools of the source that a name belongs to, as they are now. */
  listSourceOf(name: string, request: ForwardedRequest): Promise<readonly JsonObject[]>;
}

/** Holds tools of other people's servers to what they were when they were locked. */
export function withLock(
  answer: Forward,
  { tools: { tools: hashes }, onChange = "refuse" }: LockOptions,
  { isForeign, listSourceOf }: LockedCatalog,
): Forward {
  /** How a tool differs from the lock; undefined for one that does not. */
  function changeOf(tool: JsonObject): string | undefined {
    const name = String(tool.name);
    const locked = Object.hasOwn(hashes, name) ? hashes[name] : undefined;
    if (locked === toolHash(tool)) return undefined;
    return locked === undefined ? "is not in the lock" : "was changed since it was locked";
  }

  function isKept(tool: JsonObject): boolean {
    const change = isForeign(String(tool.name)) ? changeOf(tool) : undefined;
    if (change === undefined) return true;
    logAboutRequest(`tool ${JSON.stringify(tool.name)} ${change}${onChange === "report" ? "" : ": left out"}`);
    return onChange === "report";
  }

  return async (request) => {
    const { method, params } = request;
    if (method === "tools/list") {
      const list = (await answer(request)) as JsonObject & { readonly tools: readonly JsonObject[] };
      return { ...list, tools: list.tools.filter(isKept) };
    }
    const name = String(params.name);
    if (method !== "tools/call" || onChange === "report" || !isForeign(name)) return answer(request);
    const tool = (await listSourceOf(name, request)).find((listed) => listed.name === name);
    const change = tool ? changeOf(tool) : "is not there";
    if (change === undefined) return answer(request);
    if (onChange === "hide" || !tool) return toToolError(`Tool ${name} not found`);
    return toToolError(
      `${name} is not called: it ${change}. Its operator has to look at it, and run mcp-anycloud lock.`,
    );
  };
}
