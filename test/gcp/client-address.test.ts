import { afterEach, describe, expect, test, vi } from "vitest";
import { type Container, listenOnPort } from "../../adapters/gcp/container.ts";
import { toCloudRun } from "../../adapters/gcp/entry.ts";
import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { modernCall } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { bodyOf, send } from "./service.ts";

const LOOPBACK = { port: 0, host: "127.0.0.1" };
const ACCEPTS = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const open: Container[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((container) => container.close()));
});

async function listen(handler: HttpHandler, trusted: string | undefined): Promise<number> {
  vi.stubEnv("MCP_ANYCLOUD_TRUSTED_PROXIES", trusted);
  const container = await listenOnPort(handler, LOOPBACK);
  open.push(container);
  return container.port;
}

const forwarded = (lines: readonly string[]): string[] => lines.flatMap((line) => ["X-Forwarded-For", line]);

/** The address that counts, of a request with these header lines. That of its connection is 127.0.0.1. */
async function addressOf(trusted: string | undefined, ...lines: readonly string[]): Promise<string | undefined> {
  const echo: HttpHandler = async (_, { clientIp }) => ({ status: 200, headers: {}, body: `${clientIp}` });
  const port = await listen(echo, trusted);
  return (await bodyOf(await send(port, { path: "/", headers: forwarded(lines) }))).toString();
}

const CONNECTION = "127.0.0.1";
const CLIENT = "203.0.113.7";
const PROXY = "198.51.100.1";

describe("the client's address", () => {
  test.each([
    [undefined, [`192.0.2.9, ${CLIENT}`]],
    ["", [CLIENT]],
    ["0", [CLIENT, PROXY]],
  ])("is that of the connection while no proxy is trusted (%j)", async (trusted, lines) => {
    expect(await addressOf(trusted, ...lines)).toBe(CONNECTION);
  });

  test.each<[trusted: string, address: string, lines: readonly string[]]>([
    ["1", CLIENT, [CLIENT]],
    ["1", CLIENT, [`192.0.2.9,${CLIENT}`]],
    ["1", CLIENT, [`unknown, , ${CLIENT} `]],
    ["2", CLIENT, [`${CLIENT}, ${PROXY}`]],
    ["2", CLIENT, [`192.0.2.9, 192.0.2.10, ${CLIENT}, ${PROXY}`]],
    // A proxy may append a line instead of an entry.
    ["2", CLIENT, ["192.0.2.9", `192.0.2.10, ${CLIENT}`, PROXY]],
    ["1", CLIENT, [`${CLIENT}:50123`]],
    ["1", CLIENT, [`::ffff:${CLIENT}`]],
    ["1", "2001:db8::7", ["2001:db8::7"]],
    ["1", "2001:db8::7", ["192.0.2.9, [2001:db8::7]"]],
    ["2", "2001:db8::7", [`192.0.2.9, [2001:db8::7]:50123, ${PROXY}:443`]],
  ])("with %s trusted is counted from the end: %s", async (trusted, address, lines) => {
    expect(await addressOf(trusted, ...lines)).toBe(address);
  });

  test.each<[trusted: string, lines: readonly string[]]>([
    ["1", []],
    ["1", [""]],
    ["1", ["unknown"]],
    ["1", [`${CLIENT},`]],
    ["1", [`${CLIENT}, _hidden`]],
    ["1", ["localhost"]],
    ["1", ["999.1.1.1"]],
    ["1", ["203.0.113"]],
    ["1", [`[${CLIENT}`]],
    ["1", [`${CLIENT}:port`]],
    ["1", [`"${CLIENT}"`]],
    ["1", [`for=${CLIENT}`]],
    ["1", [`${CLIENT} ${PROXY}`]],
    // A request that did not come through both proxies: the entry may be the client's own.
    ["2", [CLIENT]],
    ["3", [`${CLIENT}, ${PROXY}`]],
    ["2", [`${CLIENT}, unknown`]],
    ["2", [`unknown, ${PROXY}`]],
    ["2", [`192.0.2.9, , ${PROXY}`]],
  ])(
    "with %s trusted is that of the connection where an entry is missing or no address: %j",
    async (trusted, lines) => {
      expect(await addressOf(trusted, ...lines)).toBe(CONNECTION);
    },
  );

  test("on Cloud Run is the last entry, which its front end appends, unless another number is set", async () => {
    vi.stubEnv("K_SERVICE", "mcp");
    const lines = [`192.0.2.9, ${CLIENT}`, ` ${PROXY} `];
    expect(await addressOf(undefined, ...lines)).toBe(PROXY);
    expect(await addressOf("2", ...lines)).toBe(CLIENT);
    expect(await addressOf("0", ...lines)).toBe(CONNECTION);
    expect(await addressOf(undefined)).toBe(CONNECTION);
  });
});

test.each(["-1", "1.5", "11", "one", "10.0.0.0/8", " "])(
  "refuses to guess what %j trusted proxies are",
  async (trusted) => {
    vi.stubEnv("MCP_ANYCLOUD_TRUSTED_PROXIES", trusted);
    const handler: HttpHandler = async () => ({ status: 204, headers: {} });
    const refusal = {
      code: "CONFIG_INVALID",
      message: `The environment is not valid: MCP_ANYCLOUD_TRUSTED_PROXIES must be a whole number from 0 to 10, not "${trusted}".`,
    };
    await expect(listenOnPort(handler, LOOPBACK)).rejects.toMatchObject(refusal);
    expect(() => toCloudRun(handler)).toThrow(expect.objectContaining(refusal));
  },
);

test("a busy client behind a balancer is held to its limit, whatever it writes, and locks out nobody else", async () => {
  const endpoint = createMcpEndpoint(
    { createServer: createV2Server },
    {
      logLevel: "silent",
      store: createMemoryStore(),
      rateLimits: [{ of: "address", limit: 2, windowSeconds: 86_400 }],
    },
  );
  const port = await listen(endpoint, "1");
  const [message, { headers = {} }] = modernCall("tools/list");
  const body = Buffer.from(JSON.stringify(message));
  const sent = { method: "POST", path: "/mcp", body };
  const statusOf = async (...lines: readonly string[]): Promise<number | undefined> => {
    const own = Object.entries({ ...ACCEPTS, ...headers }).flat();
    const response = await send(port, { ...sent, headers: [...own, ...forwarded(lines)] });
    await bodyOf(response);
    return response.statusCode;
  };
  expect([await statusOf(CLIENT), await statusOf(CLIENT), await statusOf(CLIENT)]).toEqual([200, 200, 429]);
  expect([await statusOf("192.0.2.9", CLIENT), await statusOf(`192.0.2.10, ${CLIENT}`)]).toEqual([429, 429]);
  expect(await statusOf("203.0.113.8")).toBe(200);
});
