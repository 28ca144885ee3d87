import type { CallOptions } from "../../support/messages.ts";

/** A POST as the arms get it, but for the body, which is made of `message`. */
export interface Sent {
  readonly message: unknown;
  readonly options: CallOptions;
}

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
  "io.modelcontextprotocol/clientInfo": { name: "differ", version: "1" },
};

interface Changes {
  readonly meta?: object;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly top?: object;
  readonly invocation?: CallOptions["invocation"];
}

/** A request of 2026-07-28 in which everything agrees, with `changes` to it. An undefined header is left out. */
function sent(method: string, params: Record<string, unknown> = {}, changes: Changes = {}): Sent {
  const { meta, headers = {}, top, invocation } = changes;
  const name = params.name ?? params.uri;
  const all = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(typeof name === "string" && { "mcp-name": name }),
    ...headers,
  };
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    message: { jsonrpc: "2.0", id: 7, method, params: { ...params, _meta: { ...META, ...meta } }, ...top },
    options: { headers: Object.fromEntries(present), ...(invocation && { invocation }) },
  };
}

const tool = (name: string, args: unknown = {}, changes?: Changes): Sent =>
  sent("tools/call", { name, arguments: args }, changes);

const encoded = `=?base64?${Buffer.from("echo").toString("base64")}?=`;

/** Requests that clients send, and requests that they could send. */
export const REQUESTS: ReadonlyArray<readonly [what: string, request: Sent]> = [
  ["a plain call", tool("echo", { text: "hi" })],
  ["text beyond ASCII", tool("echo", { text: "naïve 🐚\u2028" })],
  ["arguments that do not fit", tool("echo", { text: 1 })],
  ["arguments that are no object", tool("echo", ["hi"])],
  ["no arguments", sent("tools/call", { name: "echo" })],
  ["no name", sent("tools/call", { arguments: {} })],
  ["a name that is a number", sent("tools/call", { name: 1, arguments: {} })],
  ["an unknown tool", tool("nobody")],
  ["a tool named like a field of every object", tool("toString")],
  ["a disabled tool", tool("disabled")],
  ["a tool that throws", tool("throws")],
  ["a typed result", tool("typed")],
  ["a result of another type", tool("mistyped")],
  ["a result that is none", tool("odd-result")],
  ["progress", tool("progress", {}, { meta: { progressToken: "p" } })],
  ["progress to a client that takes JSON alone", tool("progress", {}, { headers: { accept: "application/json" } })],
  ["progress where nothing can stream", tool("progress", {}, { invocation: { canStream: false } })],
  ["a log line that nobody asked for", tool("logs")],
  ["a log line", tool("logs", {}, { meta: { "io.modelcontextprotocol/logLevel": "info" } })],
  ["a question", tool("asks")],
  [
    "a question to a client that takes none",
    tool("asks", {}, { meta: { "io.modelcontextprotocol/clientCapabilities": {} } }),
  ],
  ["a request to the client", tool("pushes")],
  ["who calls", tool("who", {}, { headers: { "user-agent": "differ/1" } })],
  ["a tool with a scope", tool("scoped")],
  ["arguments in headers", tool("regional", { region: "eu" }, { headers: { "mcp-param-region": "eu" } })],
  [
    "arguments in headers that say something else",
    tool("regional", { region: "eu" }, { headers: { "mcp-param-region": "us" } }),
  ],
  ["arguments in headers that are missing", tool("regional", { region: "eu" })],
  ["tools/list", sent("tools/list")],
  ["tools/list from a cursor that nobody gave", sent("tools/list", { cursor: "x" })],
  ["tools/list from a cursor of another type", sent("tools/list", { cursor: 1 })],
  ["prompts/list", sent("prompts/list")],
  ["prompts/get", sent("prompts/get", { name: "mood", arguments: { tone: "calm" } })],
  ["prompts/get without its argument", sent("prompts/get", { name: "mood" })],
  ["resources/list", sent("resources/list")],
  ["resources/templates/list", sent("resources/templates/list")],
  ["resources/read", sent("resources/read", { uri: "notes://page" })],
  ["resources/read by a template", sent("resources/read", { uri: "notes://5" })],
  ["resources/read of nothing", sent("resources/read", { uri: "other://page" })],
  [
    "completion",
    sent("completion/complete", { ref: { type: "ref/prompt", name: "mood" }, argument: { name: "tone", value: "c" } }),
  ],
  ["completion of nothing", sent("completion/complete", {})],
  ["server/discover", sent("server/discover")],
  ["ping, which is no more", sent("ping")],
  ["a method that nobody knows", sent("x/y")],
  ["a method named like a field of every object", sent("constructor")],
  ["initialize in the modern envelope", sent("initialize")],
  ["the name encoded", tool("echo", { text: "hi" }, { headers: { "mcp-name": encoded } })],
  ["the name badly encoded", tool("echo", { text: "hi" }, { headers: { "mcp-name": "=?base64?!?=" } })],
  ["another name in the header", tool("echo", { text: "hi" }, { headers: { "mcp-name": "who" } })],
  ["no name in the header", tool("echo", { text: "hi" }, { headers: { "mcp-name": undefined } })],
  ["spaces around the name", tool("echo", { text: "hi" }, { headers: { "mcp-name": " echo " } })],
  ["another method in the header", tool("echo", { text: "hi" }, { headers: { "mcp-method": "tools/list" } })],
  ["no method in the header", tool("echo", { text: "hi" }, { headers: { "mcp-method": undefined } })],
  ["no revision in the header", tool("echo", { text: "hi" }, { headers: { "mcp-protocol-version": undefined } })],
  [
    "another revision in the header",
    tool("echo", { text: "hi" }, { headers: { "mcp-protocol-version": "2025-11-25" } }),
  ],
  [
    "an unknown revision",
    tool(
      "echo",
      { text: "hi" },
      {
        headers: { "mcp-protocol-version": "2027-01-01" },
        meta: { "io.modelcontextprotocol/protocolVersion": "2027-01-01" },
      },
    ),
  ],
  [
    "another revision in the body",
    tool("echo", { text: "hi" }, { meta: { "io.modelcontextprotocol/protocolVersion": "2025-11-25" } }),
  ],
  [
    "a revision that is a number",
    tool("echo", { text: "hi" }, { meta: { "io.modelcontextprotocol/protocolVersion": 20260728 } }),
  ],
  [
    "no capabilities",
    tool("echo", { text: "hi" }, { meta: { "io.modelcontextprotocol/clientCapabilities": undefined } }),
  ],
  [
    "capabilities that are a list",
    tool("echo", { text: "hi" }, { meta: { "io.modelcontextprotocol/clientCapabilities": [] } }),
  ],
  ["a client without a name", tool("who", {}, { meta: { "io.modelcontextprotocol/clientInfo": undefined } })],
  ["a client that is a text", tool("who", {}, { meta: { "io.modelcontextprotocol/clientInfo": "me" } })],
  ["a progress token of no type", tool("progress", {}, { meta: { progressToken: {} } })],
  ["fields that nobody knows", tool("echo", { text: "hi" }, { top: { extra: 1 } })],
  ["a result beside the method", tool("echo", { text: "hi" }, { top: { result: {} } })],
  ["an id that is a text", tool("echo", { text: "hi" }, { top: { id: "seven" } })],
  ["an id that is a fraction", tool("echo", { text: "hi" }, { top: { id: 1.5 } })],
  ["an id that is null", tool("echo", { text: "hi" }, { top: { id: null } })],
  ["an empty id", tool("echo", { text: "hi" }, { top: { id: "" } })],
  ["another version of JSON-RPC", tool("echo", { text: "hi" }, { top: { jsonrpc: "1.0" } })],
  ["params that are a list", tool("echo", { text: "hi" }, { top: { params: [] } })],
  ["no params", tool("echo", { text: "hi" }, { top: { params: undefined } })],
  ["a notification", tool("echo", { text: "hi" }, { top: { id: undefined } })],
  ["an empty object", { message: {}, options: { headers: { "mcp-protocol-version": "2026-07-28" } } }],
  ["an empty list", { message: [], options: { headers: { "mcp-protocol-version": "2026-07-28" } } }],
  [
    "a list of modern calls",
    { message: [tool("echo", { text: "hi" }).message], options: { headers: { "mcp-protocol-version": "2026-07-28" } } },
  ],
  ["null", { message: null, options: { headers: { "mcp-protocol-version": "2026-07-28" } } }],
];
