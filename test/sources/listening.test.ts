import type { Client } from "@modelcontextprotocol/client";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import { gateway, type RemoteOptions, remote } from "../../src/sources/sources.ts";
import { collectGarbage } from "../support/collect-garbage.ts";
import { type ChangingUpstream, createChangingUpstream } from "./changing-upstream.ts";
import { connectTo, ERAS, type Era } from "./source-client.ts";

const QUIET = { logLevel: "silent", audit: "off" } as const;
const PAIRS = ERAS.flatMap((upstream) => ERAS.map((client) => [client, upstream] as const));

/** Instances of a gateway before an upstream. */
function instancesBefore(upstream: ChangingUpstream, count: number, options: RemoteOptions = {}): HttpHandler[] {
  const store = createMemoryStore();
  return Array.from({ length: count }, () => {
    const crm = remote("http://127.0.0.1/mcp", { fetch: upstream.fetch, ...options });
    return createMcpEndpoint(gateway({ crm }), { store, ...QUIET });
  });
}

const clients: Client[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

/** A client that listens, and notes what it hears. */
async function listenAt(
  handler: HttpHandler,
  era: Era,
  uris: readonly string[] = [],
): Promise<{ readonly client: Client; readonly heard: readonly string[] }> {
  const heard: string[] = [];
  const client = await connectTo(handler, era, {
    prepare(prepared) {
      prepared.setNotificationHandler("notifications/tools/list_changed", () => void heard.push("tools"));
      prepared.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri));
    },
  });
  clients.push(client);
  if (era === "2026-07-28") await client.listen({ toolsListChanged: true, resourceSubscriptions: [...uris] });
  else for (const uri of uris) await client.subscribeResource({ uri });
  return { client, heard };
}

const isOpen = (upstream: ChangingUpstream, count: number): Promise<void> =>
  expect.poll(() => upstream.open.size).toBe(count);

const toolsOf = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name);

describe.each(PAIRS)("a client of %s hears an upstream of %s", (era, upstreamEra) => {
  // An upstream of 2026-07-28 alone has no resources/subscribe.
  const uris = era === "2025-11-25" && upstreamEra === "2026-07-28" ? [] : ["crm+crm://1"];

  test("outside of requests, while it listens and no longer", async () => {
    const upstream = createChangingUpstream(upstreamEra);
    const [handler] = instancesBefore(upstream, 1) as [HttpHandler];
    const quiet = await connectTo(handler, "2026-07-28");
    clients.push(quiet);
    expect(await toolsOf(quiet)).toEqual(["crm_find"]);
    expect(upstream.open.size).toBe(0);
    const { client, heard } = await listenAt(handler, era, uris);
    await isOpen(upstream, 1);
    expect(await toolsOf(client)).toEqual(["crm_find"]);
    upstream.addTool("sell");
    await expect.poll(() => heard).toContain("tools");
    expect(await toolsOf(client)).toEqual(["crm_find", "crm_sell"]);
    if (uris.length > 0) {
      upstream.update("crm://1");
      await expect.poll(() => heard).toContain("crm+crm://1");
    }
    // Node.js forgets the signals of requests that nothing refers to.
    await collectGarbage();
    await client.close();
    await isOpen(upstream, 0);
  });

  test("of what changed while its stream was broken", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const upstream = createChangingUpstream(upstreamEra);
    const [handler] = instancesBefore(upstream, 1) as [HttpHandler];
    const { client, heard } = await listenAt(handler, era);
    await isOpen(upstream, 1);
    expect(await toolsOf(client)).toEqual(["crm_find"]);
    upstream.isAway = true;
    for (const end of upstream.open) end();
    await isOpen(upstream, 0);
    upstream.addTool("sell");
    expect(heard).toEqual([]);
    upstream.isAway = false;
    await expect.poll(() => heard).toContain("tools");
    expect(await toolsOf(client)).toEqual(["crm_find", "crm_sell"]);
  });
});

test.each(ERAS)("clients on two instances hear an upstream of %s, over one stream for each instance", async (era) => {
  const upstream = createChangingUpstream(era);
  const [one, other] = instancesBefore(upstream, 2) as [HttpHandler, HttpHandler];
  const listening = await Promise.all([one, one, other].map((handler) => listenAt(handler, "2026-07-28")));
  await isOpen(upstream, 2);
  upstream.addTool("sell");
  for (const { heard } of listening) await expect.poll(() => heard).toContain("tools");
});

test("an upstream has no more streams than requests at a time", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const upstream = createChangingUpstream("2025-11-25");
  const [handler] = instancesBefore(upstream, 1, { maxConcurrent: 2 }) as [HttpHandler];
  for (let n = 0; n < 3; n++) await listenAt(handler, "2026-07-28", [`crm+crm://${n}`]);
  await isOpen(upstream, 2);
  expect(logged.mock.calls.join("\n")).toContain("is heard over 2 streams already");
});

test("a server of one's own is told of each client that listens, and until when", async () => {
  const upstream = createChangingUpstream("2026-07-28");
  const told: string[] = [];
  const handler = createMcpEndpoint(
    defineServer({
      ...gateway({ crm: remote("http://127.0.0.1/mcp", { fetch: upstream.fetch }) }),
      onListen({ context, resources, signal }) {
        told.push(`${context.caller.principal} ${resources}`);
        signal.addEventListener("abort", () => told.push("left"));
        throw new Error("out of ink");
      },
    }),
    { store: createMemoryStore(), ...QUIET },
  );
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { client } = await listenAt(handler, "2026-07-28", ["crm+crm://1"]);
  await client.close();
  await expect.poll(() => told).toEqual(["anonymous crm+crm://1", "left"]);
});
