import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, describe, expect, test } from "vitest";
import { runSmoke } from "../../cli/smoke/run-smoke.ts";
import { SECRET } from "../aws/state-keys-stand-in.ts";
import { findTerraform, NO_TERRAFORM } from "../templates/run/terraform.ts";
import { type Deployment, deploy } from "./deployment.ts";
import type { OutsideCloud } from "./local-cloud.ts";
import { INITIALIZE, type RunningServer, startServer } from "./running-server.ts";

/** All that the store asks DynamoDB for. */
const CLIENT = new URL("../../adapters/aws/dynamodb/dynamodb-client.ts", import.meta.url);
const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}/server.ts`, import.meta.url));

test("terraform is there to say what servers are deployed with", ({ skip }) => {
  if (!findTerraform()) skip(NO_TERRAFORM);
});

const DEPLOYED: readonly OutsideCloud[] = findTerraform() ? ["azure", "gcp"] : [];

describe.each(DEPLOYED)("three instances with the environment of templates/%s", (cloud) => {
  let deployment: Deployment | undefined;
  let server: RunningServer | undefined;
  afterEach(async () => {
    await server?.close();
    await deployment?.close();
    server = deployment = undefined;
  });

  async function start(
    entry: string,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<RunningServer & Deployment> {
    deployment = await deploy(cloud, variables);
    const { ingress, environment } = deployment;
    server = await startServer(cloud, { entry: example(entry), ...ingress, environment, instances: 3 });
    return { ...deployment, ...server };
  }

  test.for([
    ["a key ring of their own", { state_key_ids: ["2", "1"] }, "ownSecret"],
    ["the key ring of another deployment", { shared_state: { key_ring: SECRET } }, "secret"],
  ] as const)("open for each other what they sealed with %s", async ([, variables, asked]) => {
    const { url, local } = await start("notebook", variables);
    const client = new Client(
      { name: "test", version: "1.0.0" },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    client.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { confirm: true } }));
    try {
      await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
      const note = { title: randomUUID(), text: "Gone soon." };
      const { structuredContent } = await client.callTool({ name: "add_note", arguments: note });
      const { id } = structuredContent as { id: string };
      // It asks the user in between, so a request with what one instance sealed comes to the next.
      const deleted = await client.callTool({ name: "delete_note", arguments: { id } });
      expect(deleted.structuredContent).toMatchObject({ deleted: true });
    } finally {
      await client.close();
    }
    expect([local.table.refused, local.secret.refused]).toEqual([[], []]);
    const readers = { ownSecret: local.ownSecret.asked.length, secret: local.secret.callers.length };
    expect(Object.entries(readers).flatMap(([name, count]) => (count > 0 ? [name] : []))).toEqual([asked]);
  });

  test("may do with their table what the store does, and nothing else", async () => {
    deployment = await deploy(cloud, {});
    const { allows } = deployment;
    const operations = Object.keys(dynamodb).flatMap((name) => /^(\w+)Command$/.exec(name)?.slice(1) ?? []);
    const used = [...readFileSync(CLIENT, "utf8").matchAll(/operation\("(\w+)"\)/g)].map(([, name]) => name);
    expect(operations.filter((name) => allows(`dynamodb:${name}`)).sort()).toEqual(used.sort());
    expect(used.length).toBeGreaterThan(0);
  });

  test("ask nobody in AWS without a store, and serve both eras", async () => {
    const { url, local, post } = await start("greeter", { session_store: "none" });
    expect(await runSmoke({ url: `${url}/mcp`, call: { tool: "greet", arguments: { name: "Ada" } } })).toMatchObject({
      failure: undefined,
    });
    const opened = await post(INITIALIZE);
    expect([opened.status, opened.headers["mcp-session-id"]]).toEqual([200, undefined]);
    expect([local.tokens, local.table.refused, local.table.callers]).toEqual([[], [], []]);
  });
});
