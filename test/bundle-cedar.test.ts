import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { createBundler } from "./bundled-server.ts";
import { greeter } from "./cli/project.ts";

const bundler = createBundler();
afterEach(() => bundler.close());
afterAll(() => bundler.remove());

const CEDAR = ["cedar.cjs", "cedar_wasm_bg.wasm"];

/** A greeter whose policy is this. */
const withPolicy = (policies: string): string =>
  greeter("Hello")
    .replace(/^/, 'import { cedarPolicy } from "mcp-anycloud/cedar";\n')
    .replace(/defineServer\(\{/, `defineServer({ policy: cedarPolicy({ policies: ${JSON.stringify(policies)} }),`);

const ALLOWS = 'permit(principal, action, resource == Mcp::Tool::"greet");';

test("Cedar does not lie beside a server without a policy", async () => {
  const { artefact } = await bundler.bundle("without", greeter("Hello"));
  expect(artefact.files.map(({ name }) => name)).not.toEqual(expect.arrayContaining([CEDAR[0]]));
  expect(artefact.files.flatMap(({ inputs }) => inputs).filter((input) => input.includes("cedar"))).toEqual([]);
});

test("it lies beside one with a policy, in files of its own, and decides", async () => {
  const { artefact, open } = await bundler.bundle("with", withPolicy(ALLOWS));
  const cedar = artefact.files.filter(({ name }) => CEDAR.includes(name));
  process.stdout.write(
    `${cedar.map(({ name, bytes, gzipBytes }) => `${name} ${bytes} bytes, gzip ${gzipBytes}`).join("\n")}\n`,
  );
  expect(cedar.map(({ name }) => name)).toEqual(CEDAR);
  const index = artefact.files[0];
  expect(index?.inputs.filter((input) => input.includes("node_modules/@cedar-policy"))).toEqual([]);
  const original = readFileSync(
    new URL("../node_modules/@cedar-policy/cedar-wasm/nodejs/cedar_wasm_bg.wasm", import.meta.url),
  );
  expect(readFileSync(join(artefact.folder, "cedar_wasm_bg.wasm")).equals(original)).toBe(true);
  expect(readFileSync(join(artefact.folder, "THIRD-PARTY-LICENSES.txt"), "utf8")).toMatch(
    /^@cedar-policy\/cedar-wasm 4\.13\.0 \(Apache-2\.0\)$/m,
  );
  expect(await bundler.call(await open(), { name: "Ada" })).toBe("Hello, Ada!");
});

test("a denied tool is answered as an unknown one", async () => {
  const { open } = await bundler.bundle("denying", withPolicy(ALLOWS.replace("permit", "forbid")));
  await expect(bundler.call(await open(), { name: "Ada" })).rejects.toThrow("Tool greet not found");
});

test.each([
  ["whose policy does not parse", withPolicy("permit(principal)"), []],
  ["without Cedar's file", withPolicy(ALLOWS), CEDAR],
])("a server %s does not start", async (name, source, missing) => {
  const { artefact, open } = await bundler.bundle(name.replaceAll(/\W/g, ""), source);
  for (const file of missing) rmSync(join(artefact.folder, file));
  await expect(open()).rejects.toThrow();
});
