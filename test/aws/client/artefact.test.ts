import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createBundler } from "../../bundled-server.ts";
import { type StandIn, startStandIn } from "../../store/stand-in-server.ts";

const HANDLER = `
  import { createDynamodbStore } from "mcp-anycloud/aws/dynamodb";
  const store = createDynamodbStore({ table: "sessions" });
  export default async () => {
    const body = await store.get({ partition: "p", sort: "s" }).then((item) => item?.value, (error) => error.message);
    return { status: 200, headers: {}, body };
  };`;

const CREDENTIALS_FILE = "aws-credentials.cjs";
const PROFILE = "[default]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = of the profile\n";

const bundler = createBundler();
const home = mkdtempSync(join(tmpdir(), "home-"));
let standIn: StandIn;
let signers: unknown[];
beforeAll(async () => {
  mkdirSync(join(home, ".aws"));
  writeFileSync(join(home, ".aws/credentials"), PROFILE);
  standIn = await startStandIn(({ headers }) => {
    signers.push(/Credential=(\w+)/.exec(headers.authorization ?? "")?.[1]);
    const Item = { value: { S: "stored" }, expiresAt: { N: "9999999999" }, version: { N: "1" } };
    return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: JSON.stringify({ Item }) };
  });
});
beforeEach(() => {
  signers = [];
});
afterEach(() => bundler.close());
afterAll(async () => {
  bundler.remove();
  rmSync(home, { recursive: true });
  await standIn.close();
});

const region = (): Record<string, string> => ({
  AWS_REGION: "eu-central-1",
  AWS_ENDPOINT_URL_DYNAMODB: `http://${standIn.host}`,
});
const text = async (url: string): Promise<string> => (await fetch(url)).text();

test("a deployed server reads its store by the keys in its environment, without the file of AWS's provider", async () => {
  const { artefact, open } = await bundler.bundle("environment", HANDLER, "handler");
  rmSync(join(artefact.folder, CREDENTIALS_FILE));
  const url = await open({ ...region(), AWS_ACCESS_KEY_ID: "ASIALAMBDA", AWS_SECRET_ACCESS_KEY: "of Lambda" });
  expect(await text(url)).toBe("stored");
  expect(signers).toEqual(["ASIALAMBDA"]);
});

test("where the environment holds none, it finds them with the file of AWS's provider, and says so without it", async () => {
  const { artefact, open } = await bundler.bundle("profile", HANDLER, "handler");
  const environment = { ...region(), HOME: home, AWS_ACCESS_KEY_ID: "", AWS_EC2_METADATA_DISABLED: "true" };
  expect(await text(await open(environment))).toBe("stored");
  expect(signers).toEqual(["AKIAPROFILE"]);
  rmSync(join(artefact.folder, CREDENTIALS_FILE));
  expect(await text(await open(environment))).toMatch(
    /^The environment holds no AWS credentials for the table sessions: .* npm install @aws-sdk\/credential-provider-node and build again\.$/,
  );
});
