import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createBundler } from "../../bundled-server.ts";
import { CLIENT_SETTINGS, CLIENTS, type Client, USER_AGENTS } from "../../store/clients.ts";
import { type StandIn, startStandIn } from "../../store/stand-in-server.ts";

const HANDLER = `
  import { createDynamodbStore } from "mcp-anycloud/aws/dynamodb";
  const store = createDynamodbStore({ table: "sessions" });
  export default async () => {
    const item = await store.get({ partition: "p", sort: "s" });
    return { status: 200, headers: {}, body: item?.value ?? "nothing" };
  };`;

/** The file of an artefact that a client does without. */
const NEEDLESS: Readonly<Record<Client, string>> = {
  "our requests": "aws-clients.cjs",
  "AWS's client": "aws-requests.cjs",
};

const bundler = createBundler();
const agents: string[] = [];
let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn(({ headers }) => {
    agents.push(String(headers["user-agent"]));
    const Item = { value: { S: "stored" }, expiresAt: { N: "9999999999" }, version: { N: "1" } };
    return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: JSON.stringify({ Item }) };
  });
});
afterEach(() => bundler.close());
afterAll(async () => {
  bundler.remove();
  await standIn.close();
});

test.each(CLIENTS)("a deployed server reads its store by %s, without the file of the other", async (client) => {
  const { artefact, open } = await bundler.bundle(client.replaceAll(/\W/g, ""), HANDLER, "handler");
  rmSync(join(artefact.folder, NEEDLESS[client]));
  agents.length = 0;
  const url = await open({
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "LOCAL",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: `http://${standIn.host}`,
    ...CLIENT_SETTINGS[client],
  });
  expect(await (await fetch(url)).text()).toBe("stored");
  expect(agents).toEqual([expect.stringMatching(USER_AGENTS[client])]);
});
