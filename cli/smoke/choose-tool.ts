import type { Client, RequestOptions, Tool } from "@modelcontextprotocol/client";
import type { FirstCall } from "../dev/first-call.ts";

/** All tools of a server. One that has none is not asked: the SDK's client would say so on standard output. */
export const toolsOf = async (client: Client, options?: RequestOptions): Promise<readonly Tool[]> =>
  client.getServerCapabilities()?.tools ? (await client.listTools({}, options)).tools : [];

/** A call that can do no harm: the first tool that says it only reads, and that needs no arguments; undefined for none. */
export function harmlessCall(tools: readonly Tool[]): FirstCall | undefined {
  const tool = tools.find(
    ({ annotations, inputSchema }) => annotations?.readOnlyHint === true && !inputSchema.required?.length,
  );
  return tool && { tool: tool.name, arguments: {} };
}

/** `3 tools: greet, list_notes, …` */
export function toolList(tools: readonly Tool[]): string {
  const names = tools.slice(0, SHOWN).map(({ name }) => name);
  if (tools.length > SHOWN) names.push("…");
  return `${tools.length === 1 ? "1 tool" : `${tools.length} tools`}${names.length > 0 ? `: ${names.join(", ")}` : ""}`;
}

/** Longer lists are cut, because nobody reads them. */
const SHOWN = 5;
