import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isSpecType } from "@modelcontextprotocol/server";
import { afterAll, afterEach, expect, test } from "vitest";
import { createBundler } from "./bundled-server.ts";
import { greeter } from "./cli/project.ts";

const bundler = createBundler();
afterEach(() => bundler.close());
afterAll(() => bundler.remove());

/** A field of OAuth's metadata for authorization servers, which only the SDK's schema of that names. */
const ONLY_THERE = "introspection_endpoint_auth_methods_supported";

test("schemas of the SDK that nothing asks for are left out, and the server serves", async () => {
  const { artefact, open } = await bundler.bundle("lean", greeter("Hello"));
  expect(readFileSync(join(artefact.folder, "index.mjs"), "utf8")).not.toContain(ONLY_THERE);
  expect(await bundler.call(await open(), { name: "Ada" })).toBe("Hello, Ada!");
});

test("a module that asks for them by name has them all", async () => {
  const handler = `
    import { isSpecType, specTypeSchemas } from "@modelcontextprotocol/server";
    export default async () => {
      const guards = Object.keys(isSpecType).length;
      const schemas = Object.keys(specTypeSchemas).length;
      const good = isSpecType.CallToolResult({ content: [] }) && isSpecType.OAuthTokens({ access_token: "a", token_type: "b" });
      const bad = isSpecType.CallToolResult({ content: 1 }) || isSpecType.OAuthTokens({});
      return { status: 200, headers: {}, body: JSON.stringify({ guards, schemas, good, bad }) };
    };`;
  const { artefact, open } = await bundler.bundle("whole", handler, "handler");
  expect(readFileSync(join(artefact.folder, "index.mjs"), "utf8")).toContain(ONLY_THERE);
  const all = Object.keys(isSpecType).length;
  expect(await (await fetch(await open())).json()).toEqual({ guards: all, schemas: all, good: true, bad: false });
});

test("a server of SDK v1 serves its tools without them", async () => {
  const source = greeter("Hello")
    .replace("@modelcontextprotocol/server", "@modelcontextprotocol/sdk/server/mcp.js")
    .replace("inputSchema }", "inputSchema: inputSchema.shape }");
  const { artefact, open } = await bundler.bundle("v1", source);
  expect(artefact.files.flatMap(({ inputs }) => inputs).join()).toContain(
    "@modelcontextprotocol/sdk/dist/esm/server/mcp.js",
  );
  expect(readFileSync(join(artefact.folder, "index.mjs"), "utf8")).not.toContain(ONLY_THERE);
  const url = await open();
  expect(await bundler.call(url, { name: "Ada" })).toBe("Hello, Ada!");
  expect(await bundler.call(url, { name: "A" })).toMatch(/too small/i);
});

/** Declarations that are unlike those of the SDK's modules, each with something that it does when it is loaded. */
const UNLIKE = `
import { z } from "zod";
globalThis.loaded = [];
const note = (name, value) => (globalThis.loaded.push(name), value);
export let LetSchema = note("let", z.string());
  export const IndentedSchema = note("indented", z.string());
export const [ListedSchema] = [note("listed", z.string())];
export const CalledSchema = note("called", z.object({ a: z.string() }));
export const UsedSchema = z.object({
    kept: z.literal("kept"),
});
export const DerivedSchema = UsedSchema.extend({
    more: z.number().refine((it) => { return it > 0; }),
});
`;

test("a module with other declarations than the SDK's does what it did", async () => {
  const name = "@modelcontextprotocol/sdk/dist/esm/types.js";
  bundler.write(`vendor/${name}`, UNLIKE);
  const handler = `
    import { DerivedSchema, UsedSchema } from "./vendor/${name}";
    export default async () => {
      const parsed = [UsedSchema.parse({ kept: "kept" }), DerivedSchema.safeParse({ kept: "kept", more: 0 }).success];
      return { status: 200, headers: {}, body: JSON.stringify([globalThis.loaded, ...parsed]) };
    };`;
  const { open } = await bundler.bundle("unlike", handler, "handler");
  const answer = await (await fetch(await open())).json();
  expect(answer).toEqual([["let", "indented", "listed", "called"], { kept: "kept" }, false]);
});
