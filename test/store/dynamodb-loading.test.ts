import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";

const STORE = new URL("../../adapters/aws/dynamodb/dynamodb-store.ts", import.meta.url).href;

/** Prints, before and after the first request, which packages and modules are loaded that cost time. */
const PROGRAM = `
  const { Module } = process.getBuiltinModule("node:module");
  const isLoaded = (part) => Object.keys(Module._cache).some((path) => path.includes(part));
  const loaded = () => ({
    provider: isLoaded("/@aws-sdk/") || isLoaded("/@smithy/"),
    aws4: isLoaded("/aws4/"),
    tls: process.moduleLoadList.includes("NativeModule tls"),
    undici: process.moduleLoadList.some((name) => name.includes("undici/undici")),
  });
  const { openConfiguredStore } = await import(${JSON.stringify(STORE)});
  const store = openConfiguredStore({ table: "sessions", awsTokenAudience: "a" });
  const before = loaded();
  const { code } = await store.get({ partition: "p", sort: "s" }).catch((error) => error);
  console.log(JSON.stringify({ before, code, after: loaded() }));
`;

async function run(environment: Readonly<Record<string, string>>): Promise<object> {
  const args = ["--conditions=@mcp-anycloud/source", "--input-type=module", "-e", PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { AWS_REGION: "us-east-1", HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true", ...environment },
  });
  return JSON.parse(stdout);
}

const NOTHING = { provider: false, aws4: false, tls: false, undici: false };
const code = "STORE_UNAVAILABLE";
const KEYS = { AWS_ACCESS_KEY_ID: "LOCAL", AWS_SECRET_ACCESS_KEY: "local" };
/** Nobody listens there. */
const endpoint = (protocol: string) => ({ AWS_ENDPOINT_URL_DYNAMODB: `${protocol}://127.0.0.1:9` });

test("the client is loaded with the first request, with no more of Node.js than it needs", async () => {
  const after = { ...NOTHING, aws4: true };
  expect(await run({ ...KEYS, ...endpoint("https") })).toEqual({
    before: NOTHING,
    code,
    after: { ...after, tls: true },
  });
  expect(await run({ ...KEYS, ...endpoint("http") })).toEqual({ before: NOTHING, code, after });
});

test("AWS's provider is loaded where the environment holds no keys", async () => {
  const wrong = { before: NOTHING, code: "STORE_MISCONFIGURED", after: { provider: true } };
  expect(await run(endpoint("https"))).toMatchObject(wrong);
});

const OWN_MODULES = [
  "adapters/aws/client/aws-client.ts",
  "adapters/aws/client/credentials.ts",
  "adapters/aws/client/endpoint.ts",
  "adapters/aws/client/web-identity.ts",
  "adapters/shared/connections.ts",
  "adapters/shared/retries/with-timeout.ts",
];

test("the client's bundle holds nothing of the core, which would be loaded twice, and one package", async () => {
  const entry = fileURLToPath(new URL("../client/aws-client.ts", STORE));
  const options = { bundle: true, platform: "node", metafile: true, write: false, logLevel: "silent" } as const;
  const external = ["@aws-sdk/credential-provider-node"];
  const { metafile } = await build({ ...options, entryPoints: [entry], external });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => !path.includes("node_modules/")).sort()).toEqual(OWN_MODULES);
  const packages = inputs.flatMap((path) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []);
  expect(new Set(packages)).toEqual(new Set(["aws4"]));
});
