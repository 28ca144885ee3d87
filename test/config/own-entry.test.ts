import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { createBundler } from "../bundled-server.ts";
import { greeter } from "../cli/project.ts";

// A deployment sets variables of an adapter, whatever module reads them: docs/settings.md, "In a module of your own".

const bundler = createBundler();
afterEach(() => bundler.close());
afterAll(() => bundler.remove());

const ENVIRONMENT = { MCP_ANYCLOUD_TABLE: "sessions", AWS_REGION: "eu-central-1" };

test("the example of docs/settings.md starts where a table is named", async () => {
  const example = readFileSync(join(import.meta.dirname, "../../examples/greeter/endpoint.ts"), "utf8");
  bundler.write("server.ts", greeter("Hello"));
  const { open } = await bundler.bundle("endpoint", example, "handler");
  expect(await bundler.call(await open(ENVIRONMENT), { name: "Ada" })).toBe("Hello, Ada!");
});

test("an entry that would not use the table does not start, and says what to do", async () => {
  bundler.write("server.ts", greeter("Hello"));
  const naive = `
    import { createMcpEndpoint } from "mcp-anycloud";
    import greeter from "./server.ts";
    export default createMcpEndpoint(greeter);`;
  const { open } = await bundler.bundle("naive", naive, "handler");
  expect(await bundler.call(await open(), { name: "Ada" })).toBe("Hello, Ada!");
  await expect(open(ENVIRONMENT)).rejects.toThrow(/MCP_ANYCLOUD_TABLE is not a setting/);
});

test("the entry that the build writes reads the table's settings, and refuses misspelt ones", async () => {
  const { open } = await bundler.bundle("server", greeter("Hello"));
  expect(await bundler.call(await open(ENVIRONMENT), { name: "Ada" })).toBe("Hello, Ada!");
  await expect(open({ MCP_ANYCLOUD_TABEL: "sessions" })).rejects.toThrow(/MCP_ANYCLOUD_TABEL is not a setting/);
});
