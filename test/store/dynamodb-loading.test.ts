import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { CLIENT_SETTINGS } from "./clients.ts";

const STORE = new URL("../../adapters/aws/dynamodb/dynamodb-store.ts", import.meta.url).href;

/** Says before and after the first question which of AWS's packages are loaded, what else signs, and whether undici is. */
const PROGRAM = `
  const { Module } = process.getBuiltinModule("node:module");
  const isLoaded = (part) => Object.keys(Module._cache).some((path) => path.includes(part));
  const loaded = () => ({
    aws: isLoaded("/@aws-sdk/") || isLoaded("/@smithy/"),
    sts: isLoaded("nested-clients"),
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
  const credentials = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "LOCAL", AWS_SECRET_ACCESS_KEY: "local" };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...credentials, ...environment } });
  return JSON.parse(stdout);
}

const NOTHING = { aws: false, sts: false, aws4: false, tls: false, undici: false };
const code = "STORE_UNAVAILABLE";
/** Nobody is there. Over TLS, as on AWS: for plain HTTP, AWS's client imports node:http, and undici comes with that. */
const OVER_TLS = { AWS_ENDPOINT_URL_DYNAMODB: "https://127.0.0.1:9" };

describe("what asks DynamoDB is loaded when the store is first asked", () => {
  test("and is no client of AWS's where the environment hands out credentials", async () => {
    const ours = CLIENT_SETTINGS["our requests"];
    const after = { ...NOTHING, aws4: true, tls: true };
    expect(await run({ ...ours, ...OVER_TLS })).toEqual({ before: NOTHING, code, after });
    const plainly = { ...ours, AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" };
    expect(await run(plainly)).toEqual({ before: NOTHING, code, after: { ...after, tls: false } });
  });

  test("and is AWS's client elsewhere, without what it does not need then", async () => {
    const after = { ...NOTHING, aws: true, tls: true };
    const theirs = CLIENT_SETTINGS["AWS's client"];
    expect(await run({ ...theirs, ...OVER_TLS })).toEqual({ before: NOTHING, code, after });
    const keyless = { AWS_ACCESS_KEY_ID: "", AWS_EC2_METADATA_DISABLED: "true", ...CLIENT_SETTINGS["our requests"] };
    expect(await run({ ...keyless, ...OVER_TLS })).toMatchObject({ before: NOTHING, code, after: { aws: true } });
  });
});

const REQUESTS = [
  "requests/answer",
  "requests/clock",
  "requests/dynamodb-client",
  "requests/endpoint",
  "requests/exchange",
  "requests/secret-reader",
  "requests/service",
  "requests/signature",
];

test.each([
  ["aws-clients", ["dynamodb-client", "in-time", "secret-reader", "secret-region", "web-identity"]],
  ["aws-requests", REQUESTS],
])("the bundle %s holds nothing of the core, which would be loaded twice", async (name, modules) => {
  const own = (await inputsOf(name)).filter((path) => !path.includes("node_modules/"));
  expect(own.sort()).toEqual([name, ...modules].map((module) => `adapters/aws/${module}.ts`).sort());
});

test("requests of our own are signed by the only package that comes with them", async () => {
  const packages = (await inputsOf("aws-requests")).flatMap((path) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []);
  expect(new Set(packages)).toEqual(new Set(["aws4"]));
});

async function inputsOf(bundle: string): Promise<string[]> {
  const entry = fileURLToPath(new URL(`./${bundle}.ts`, STORE));
  const options = { bundle: true, platform: "node", metafile: true, write: false, logLevel: "silent" } as const;
  const { metafile } = await build({ ...options, entryPoints: [entry] });
  return Object.keys(metafile.inputs);
}
