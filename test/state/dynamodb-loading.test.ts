import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";

const STORE = new URL("../../adapters/aws/dynamodb-store.ts", import.meta.url).href;

/** Says before and after the first question which of AWS's packages are loaded, and whether undici is. */
const PROGRAM = `
  const { Module } = process.getBuiltinModule("node:module");
  const loaded = () => ({
    aws: Object.keys(Module._cache).some((path) => path.includes("client-dynamodb")),
    sts: Object.keys(Module._cache).some((path) => path.includes("nested-clients")),
    undici: process.moduleLoadList.some((name) => name.includes("undici/undici")),
  });
  const { openConfiguredStore } = await import(${JSON.stringify(STORE)});
  const store = openConfiguredStore({ table: "sessions", awsTokenAudience: "a" });
  const before = loaded();
  const { code } = await store.get({ partition: "p", sort: "s" }).catch((error) => error);
  console.log(JSON.stringify({ before, code, after: loaded() }));
`;

test("AWS's client is loaded when the store is first asked, and what it does not need then is not", async () => {
  const conditions = "--conditions=@mcp-anycloud/source";
  const { stdout } = await promisify(execFile)(process.execPath, [conditions, "--input-type=module", "-e", PROGRAM], {
    env: {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "LOCAL",
      AWS_SECRET_ACCESS_KEY: "local",
      // Over TLS, as on AWS: for plain HTTP the client imports node:http, and undici comes with that.
      AWS_ENDPOINT_URL_DYNAMODB: "https://127.0.0.1:9",
    },
  });
  expect(JSON.parse(stdout)).toEqual({
    before: { aws: false, sts: false, undici: false },
    code: "STORE_UNAVAILABLE",
    after: { aws: true, sts: false, undici: false },
  });
});

test("the clients' bundle holds nothing of the core, which would be loaded twice", async () => {
  const clients = fileURLToPath(new URL("./aws-clients.ts", STORE));
  const options = { bundle: true, platform: "node", metafile: true, write: false, logLevel: "silent" } as const;
  const { metafile } = await build({ ...options, entryPoints: [clients] });
  const own = Object.keys(metafile.inputs).filter((path) => !path.includes("node_modules/"));
  const modules = ["aws-clients", "dynamodb-client", "in-time", "secret-reader", "web-identity"];
  expect(own.sort()).toEqual(modules.map((name) => `adapters/aws/${name}.ts`));
});
