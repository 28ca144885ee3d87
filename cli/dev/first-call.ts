import { AnycloudError } from "../../src/adapter.ts";
import { withClient } from "./mcp-client.ts";

/** A tool and its arguments. */
export interface FirstCall {
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
}

/** Reads `TOOL` or `TOOL=JSON`. Throws USAGE. */
export function parseFirstCall(text: string): FirstCall {
  const [tool = "", ...rest] = text.split("=");
  const json = rest.length > 0 ? rest.join("=") : "{}";
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    parsed = undefined;
  }
  if (tool === "" || typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    const message = `--call cannot be "${text}": give a tool and its arguments, such as --call 'greet={"name":"Ada"}'.`;
    throw new AnycloudError("USAGE", message);
  }
  return { tool, arguments: parsed as Record<string, unknown> };
}

/** Calls a tool as a client of the MCP SDK does and settles with the text it answers. Throws what the client throws. */
export const makeFirstCall = (url: string, call: FirstCall): Promise<string> =>
  withClient(url, {}, async (client) => {
    const { content, isError } = await client.callTool({ name: call.tool, arguments: call.arguments });
    const text = content.map((block) => (block.type === "text" ? block.text : `(${block.type})`)).join(" ");
    if (isError) throw new Error(text);
    return text;
  });
