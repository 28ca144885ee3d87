import { randomUUID } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { startDeployed } from "./deployed-server.ts";
import { openLocalRegion } from "./local-region.ts";

test("an instance opens what another sealed before two rotations, and the other way round", async () => {
  const region = await openLocalRegion();
  const deployed = await region.deploy("examples/notebook/server.ts");
  const [old, young] = [await startDeployed(deployed), await startDeployed(deployed)];
  let serving = old;
  /** Runs while the user makes up their mind. */
  let meanwhile = async (): Promise<void> => {};
  const client = new Client(
    { name: "test", version: "1.0.0" },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  client.setRequestHandler("elicitation/create", async () => {
    await meanwhile();
    return { action: "accept", content: { confirm: true } };
  });
  async function deleteNote(): Promise<unknown> {
    const added = await client.callTool({ name: "add_note", arguments: { title: randomUUID(), text: "Gone soon." } });
    const { id } = added.structuredContent as { id: string };
    return (await client.callTool({ name: "delete_note", arguments: { id } })).structuredContent;
  }
  try {
    const url = new URL("http://either.invalid/mcp");
    const atEither = { fetch: (_url: unknown, init?: RequestInit) => fetch(`${serving.url}/mcp`, init) };
    await client.connect(new StreamableHTTPClientTransport(url, atEither));
    meanwhile = async () => {
      await region.rotateKeys();
      await region.rotateKeys();
      serving = young;
    };
    expect(await deleteNote()).toMatchObject({ deleted: true });
    expect(serving).toBe(young);
    meanwhile = async () => {
      serving = old;
    };
    expect(await deleteNote()).toMatchObject({ deleted: true });
    expect(serving).toBe(old);
  } finally {
    await client.close();
    await Promise.all([old.close(), young.close()]);
    await region.close();
  }
});
