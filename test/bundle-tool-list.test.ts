import { afterAll, afterEach, describe, expect, test } from "vitest";
import { modernRequest } from "../bench/messages.ts";
import { createBundler } from "./bundled-server.ts";

const bundler = createBundler();
afterEach(() => bundler.close());
afterAll(() => bundler.remove());

/** Counts the conversions of a schema, and tells how the SDK registers tools, by what only the installed modules have. */
const INSTALLED = `
  import { McpServer } from "@modelcontextprotocol/server";
  import { z } from "zod";
  const schema = z.object({ a: z.string() });
  const { shape } = schema._zod.def;
  let conversions = 0;
  Object.defineProperty(schema._zod.def, "shape", { get: () => (conversions++, shape) });
  export default async () => {
    const convert = () => JSON.stringify(schema["~standard"].jsonSchema.input({ target: "draft-2020-12" }));
    const first = convert();
    const reads = conversions;
    const isSame = convert() === first && convert() === first;
    const tool = new McpServer({ name: "s", version: "1" }).registerTool("t", {}, () => ({ content: [] }));
    const isInherited = !Object.hasOwn(tool, "outputSchemaJson") && "outputSchemaJson" in tool;
    const body = JSON.stringify({ isSame, isOnce: reads > 0 && conversions === reads, isInherited });
    return { status: 200, headers: {}, body };
  };`;

test("the installed zod and SDK are as the build knows them", async () => {
  const { open } = await bundler.bundle("installed", INSTALLED, "handler");
  expect(await (await fetch(await open())).json()).toEqual({ isSame: true, isOnce: true, isInherited: true });
});

/** A server whose author changes each list that it sends, in place. */
const SERVER = `
  import { McpServer } from "@modelcontextprotocol/server";
  import { defineServer } from "mcp-anycloud";
  import { z } from "zod";
  const inputSchema = z.object({ name: z.string().describe("name").default("you") });
  const outputSchema = z.object({ text: z.string() });
  export default defineServer({
    createServer() {
      const server = new McpServer({ name: "s", version: "1" });
      const greet = ({ name }) => ({ content: [{ type: "text", text: name }], structuredContent: { text: name } });
      server.registerTool("greet", { inputSchema, outputSchema }, greet);
      const late = server.registerTool("late", { inputSchema }, ({ name }) => ({ content: [], structuredContent: [name] }));
      late.update({ outputSchema: z.array(z.string()) });
      const connect = server.connect.bind(server);
      server.connect = async (transport) => {
        const send = transport.send;
        await connect(new Proxy(transport, {
          get(target, name) {
            if (name !== "send") return target[name];
            return (message, options) => {
              for (const tool of message.result?.tools ?? []) {
                tool.inputSchema.properties.name.description += "!";
                tool.inputSchema.required = [...(tool.inputSchema.required ?? []), "changed"];
                if (tool.outputSchema.properties?.text) tool.outputSchema.properties.text.title = (tool.outputSchema.properties.text.title ?? "") + "!";
              }
              return send(message, options);
            };
          },
          set: (target, name, value) => Reflect.set(target, name, value),
        }));
      };
      return server;
    },
  });`;

describe("a built server", () => {
  test.each(["2026-07-28", "2025-11-25"])(
    "lists and calls its tools in each request as in the first (%s)",
    async (era) => {
      const { open } = await bundler.bundle("changing", SERVER);
      const url = await open();
      const ask = async (method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
        const [message, headers] =
          era === "2026-07-28"
            ? modernRequest(method, params)
            : [{ jsonrpc: "2.0", id: 1, method, params }, { "mcp-protocol-version": era }];
        const accept = "application/json, text/event-stream";
        const init = { method: "POST", headers: { ...headers, accept, "content-type": "application/json" } };
        const response = await fetch(`${url}/mcp`, { ...init, body: JSON.stringify(message) });
        return ((await response.json()) as { result: Record<string, unknown> }).result;
      };
      const lists = [await ask("tools/list"), await ask("tools/list"), await ask("tools/list")];
      expect(lists[1]).toEqual(lists[0]);
      expect(lists[2]).toEqual(lists[0]);
      const name = { type: "string", description: "name!", default: "you" };
      const $schema = "https://json-schema.org/draft/2020-12/schema";
      const text = { type: "string", title: "!" };
      expect(lists[0]?.tools).toMatchObject([
        {
          name: "greet",
          inputSchema: { $schema, type: "object", properties: { name }, required: ["changed"] },
          outputSchema: {
            $schema,
            type: "object",
            properties: { text },
            required: ["text"],
            additionalProperties: false,
          },
        },
        { name: "late", inputSchema: { properties: { name } } },
      ]);
      const greeted = await ask("tools/call", { name: "greet", arguments: { name: "Ada" } });
      expect(greeted).toMatchObject({ structuredContent: { text: "Ada" } });
      // A result that is no object is wrapped for clients of 2025, by the output schema that the tool was given later.
      const late = await ask("tools/call", { name: "late", arguments: {} });
      expect(late.structuredContent).toEqual(era === "2026-07-28" ? ["you"] : { result: ["you"] });
    },
  );
});

/** A module with half of what the build knows of the SDK's, and one that converts schemas in another way than zod's. */
const UNLIKE = {
  "@modelcontextprotocol/server/dist/mcp-unlike.mjs": `
    export class Tools {
	_registeredTools = {};
	setToolRequestHandlers() {}
	register(name, outputSchema) {
		const registeredTool = { outputSchema };
		this._registeredTools[name] = registeredTool;
		this.setToolRequestHandlers();
		return Object.hasOwn(registeredTool, "outputSchemaJson");
	}
    }`,
  "zod/v4/core/to-json-schema.js": `
    let conversions = 0;
    export const createStandardJSONSchemaMethod = (schema, io, processors = {}) => (params) => {
      return ++conversions;
    };`,
};

test("modules with other code than the build knows do what they did", async () => {
  for (const [name, source] of Object.entries(UNLIKE)) bundler.write(`vendor/${name}`, source);
  const [tools, zod] = Object.keys(UNLIKE);
  const handler = `
    import { Tools } from "./vendor/${tools}";
    import { createStandardJSONSchemaMethod } from "./vendor/${zod}";
    const convert = createStandardJSONSchemaMethod({}, "input");
    export default async () => {
      const body = JSON.stringify([new Tools().register("t", {}), convert(), convert()]);
      return { status: 200, headers: {}, body };
    };`;
  const { open } = await bundler.bundle("unlike", handler, "handler");
  expect(await (await fetch(await open())).json()).toEqual([false, 1, 2]);
});
