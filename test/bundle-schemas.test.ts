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
