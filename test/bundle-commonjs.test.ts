import { afterAll, expect, test } from "vitest";
import { createBundler } from "./bundled-server.ts";

const bundler = createBundler();
afterAll(async () => {
  await bundler.close();
  bundler.remove();
});

test("a CommonJS server and the toolkit share one copy of the SDK and of zod", async () => {
  bundler.write(
    "greeter.cjs",
    `const { McpServer } = require("@modelcontextprotocol/server");
const z = require("zod/v4");
const inputSchema = z.object({ name: z.string() });
module.exports = () => {
  const server = new McpServer({ name: "greeter", version: "1.0.0" });
  server.registerTool("greet", { inputSchema }, ({ name }) => ({ content: [{ type: "text", text: "Hello, " + name }] }));
  return server;
};`,
  );
  const source = `import createServer from "./greeter.cjs"; export default createServer;`;
  const { artefact, open } = await bundler.bundle("commonjs", source);
  const [program] = artefact.files.filter(({ name }) => name === "index.mjs");
  const shared = program?.inputs.filter((source) => /node_modules\/(@modelcontextprotocol|zod)\//.test(source)) ?? [];
  expect(shared.length).toBeGreaterThan(5);
  expect(shared.filter((source) => source.endsWith(".cjs"))).toEqual([]);
  expect(await bundler.call(await open(), { name: "Ada" })).toBe("Hello, Ada");
});
