import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { acceptedContent, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test, vi } from "vitest";
import * as z from "zod/v4";
import type { StateStore } from "../../src/adapter.ts";
import {
  AnycloudError,
  createMcpEndpoint,
  createMemoryStore,
  type FactoryContext,
  type Fetch,
  type McpEndpointOptions,
  toFetch,
} from "../../src/index.ts";
import { createRequestState } from "../../src/services/request-state.ts";
import { observed } from "../../src/store/observed-store.ts";
import { anyUser, instanceOf, textResult, withOptions } from "../protocol-2026/instances.ts";
import { type Caller, type CallOptions, messagesOf, modernCall } from "../support/messages.ts";
import { breakableStore } from "../support/stores.ts";
import { createClock } from "./scope.ts";

const form = z.object({ ok: z.boolean() });

/** Two tools that ask before they act, and tell what they remembered. */
function createServer({ requestState }: FactoryContext): McpServer {
  const server = new McpServer({ name: "asks", version: "1.0.0" }, { requestState });
  for (const name of ["delete", "publish"]) {
    server.registerTool(name, { inputSchema: z.record(z.string(), z.unknown()) }, async (_input, { mcpReq }) => {
      const state = mcpReq.requestState<{ secret: string }>();
      if (state && acceptedContent(mcpReq.inputResponses, "sure", form)?.ok) return textResult(`done: ${state.secret}`);
      const sure = inputRequired.elicit({ message: "Sure?", requestedSchema: form });
      return inputRequired({
        inputRequests: { sure },
        requestState: await requestState.mint({ secret: "swordfish" }, { ttlSeconds: 60 }),
      });
    });
  }
  return server;
}

const keyOf = (id: string): { id: string; secret: Uint8Array } => ({
  id,
  secret: new Uint8Array(32).fill(id.charCodeAt(0)),
});

const QUIET = { logLevel: "silent", stateKeys: [keyOf("a")] } as const;
const instance = (options: McpEndpointOptions): Caller =>
  instanceOf(createServer, { verifier: anyUser, audit: "off", ...options });

interface Round {
  readonly user?: string;
  readonly name?: string;
  readonly args?: object;
  readonly state?: string;
  readonly meta?: object;
}

type Message = Record<string, unknown> & {
  result?: { requestState?: string; content?: Array<{ text: string }>; isError?: boolean };
};

/** One round of a call: the first one, or with `state` the one that brings the answer. */
async function round(call: Caller, { user = "ada", name = "delete", args = { id: 1, a: [{}] }, state }: Round = {}) {
  const [message, options] = modernCall("tools/call", {
    name,
    arguments: args,
    ...(state !== undefined && {
      requestState: state,
      inputResponses: { sure: { action: "accept", content: { ok: true } } },
    }),
  }) as [{ params: { _meta: Record<string, unknown> } }, CallOptions];
  message.params._meta["io.modelcontextprotocol/clientCapabilities"] = { elicitation: { form: {} } };
  const request = withOptions([message, options], { headers: { authorization: `Bearer ${user}` } });
  const response = await call(...request);
  const [answer] = (await messagesOf(response)) as [Message];
  return { status: response.status, headers: response.headers, answer };
}

async function askFor(call: Caller, first?: Round): Promise<string> {
  const { answer } = await round(call, first);
  expect(answer.result).toMatchObject({ resultType: "input_required", requestState: expect.any(String) });
  return answer.result?.requestState ?? "";
}

const DONE = { result: { content: [{ text: "done: swordfish" }] } };
const REFUSED = {
  error: { code: -32602, message: "Invalid or expired requestState", data: { reason: "invalid_request_state" } },
};

function createInstancePool(store: StateStore = createMemoryStore()) {
  return (...ids: readonly string[]): Caller => instance({ store, stateKeys: ids.map(keyOf) });
}

describe("a sealed state", () => {
  test("opens on another instance, for the same caller and call, and does not show what is in it", async () => {
    const instances = createInstancePool();
    const state = await askFor(instances("a"));
    expect(state).toMatch(/^v1\.a\.[\w-]+$/);
    expect(Buffer.from(state.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain("swordfish");
    expect(await round(instances("a"), { state })).toMatchObject({ status: 200, answer: DONE });
  });

  test("opens for the same arguments in another order", async () => {
    const instances = createInstancePool();
    const state = await askFor(instances("a"), { args: { a: { x: 1, y: 2 }, b: 3 } });
    expect((await round(instances("a"), { state, args: { b: 3, a: { y: 2, x: 1 } } })).answer).toMatchObject(DONE);
  });

  test.each<[string, Round]>([
    ["another caller", { user: "bob" }],
    ["another tool", { name: "publish" }],
    ["other arguments", { args: { id: 2, a: [{}] } }],
    ["more arguments", { args: { id: 1, a: [{}], b: null } }],
    ["arguments that only look alike", { args: { id: "1", a: [{}] } }],
  ])("is refused for %s, and not used up by that", async (_what, other) => {
    const instances = createInstancePool();
    const state = await askFor(instances("a"));
    expect((await round(instances("a"), { ...other, state })).answer).toMatchObject(REFUSED);
    expect((await round(instances("a"), { state })).answer).toMatchObject(DONE);
  });

  test("is refused the second time, on whatever instance, and of ten at the same time one is served", async () => {
    const instances = createInstancePool();
    const state = await askFor(instances("a"));
    const rounds = await Promise.all(Array.from({ length: 10 }, () => round(instances("a"), { state })));
    const served = rounds.filter(({ answer }) => answer.result);
    const refused = rounds.filter(({ answer }) => answer.error);
    expect([served.length, refused.length]).toEqual([1, 9]);
    for (const { answer } of refused) expect(answer).toMatchObject(REFUSED);
    expect((await round(instances("a"), { state })).answer).toMatchObject(REFUSED);
  });

  test("is refused with any of its characters changed, cut short or made longer", async () => {
    const call = createInstancePool()("a");
    const state = await askFor(call);
    const broken = [...state].map((character, i) => {
      const other = character === "A" ? "B" : "A";
      return state.slice(0, i) + other + state.slice(i + 1);
    });
    for (const forged of [...broken, state.slice(0, -1), `${state}A`, "", "v1.a.", `v1.a.${"A".repeat(80)}`]) {
      expect((await round(call, { state: forged })).answer).toMatchObject(REFUSED);
    }
    expect((await round(call, { state })).answer).toMatchObject(DONE);
  });

  test("is refused the second time at an instance whose clock is behind, though the store has forgotten what expired", async () => {
    const clock = createClock();
    const store = observed(createMemoryStore(clock.now));
    const requestState = (behindSeconds: number) =>
      createRequestState(
        { store, principal: "ada", now: () => clock.now() - behindSeconds * 1000 },
        { keys: [keyOf("a")], durable: true, message: { method: "tools/call", params: { name: "delete" } } },
      );
    const { mint, verify } = requestState(0);
    const state = await mint("swordfish", { ttlSeconds: 60 });
    expect(await verify(state)).toBe("swordfish");
    clock.pass(65);
    await expect(requestState(10).verify(state)).rejects.toThrow(/used/);
  });

  test("keys change with an overlap: the new one seals, both open, and without the old one its states are refused", async () => {
    const instances = createInstancePool();
    const [old, late] = [await askFor(instances("a")), await askFor(instances("a"))];
    const young = await askFor(instances("b", "a"));
    expect(young).toMatch(/^v1\.b\./);
    expect((await round(instances("b", "a"), { state: old })).answer).toMatchObject(DONE);
    expect((await round(instances("a", "b"), { state: young })).answer).toMatchObject(DONE);
    expect((await round(instances("b"), { state: late })).answer).toMatchObject(REFUSED);
  });

  test("a key of the same name with another secret opens nothing", async () => {
    const store = createMemoryStore();
    const state = await askFor(instance({ store, stateKeys: [keyOf("a")] }));
    const other = instance({ store, stateKeys: [{ id: "a", secret: keyOf("b").secret }] });
    expect((await round(other, { state })).answer).toMatchObject(REFUSED);
  });
});

describe("keys that are asked for", () => {
  test("are asked for when a state is sealed or opened, by the id that is needed, and never otherwise", async () => {
    const stateKeys = vi.fn(async () => [keyOf("b"), keyOf("a")]);
    const store = createMemoryStore();
    const call = instance({ store, stateKeys });
    await call(...withOptions(modernCall("tools/list"), { headers: { authorization: "Bearer ada" } }));
    for (const state of ["", "v1.a.", "no seal"]) expect((await round(call, { state })).answer).toMatchObject(REFUSED);
    expect(stateKeys).not.toHaveBeenCalled();
    const state = await askFor(call);
    expect((await round(call, { state })).answer).toMatchObject(DONE);
    expect(stateKeys.mock.calls).toEqual([[undefined], ["b"]]);
  });

  test("that cannot be had are a 503 and no refusal, and the state opens when they are back", async () => {
    let away = false;
    const stateKeys = async () => {
      if (away) throw new AnycloudError("STORE_UNAVAILABLE", "The keys cannot be had: this test took them away.");
      return [keyOf("a")];
    };
    const call = instance({ store: createMemoryStore(), stateKeys });
    const state = await askFor(call);
    away = true;
    const unavailable = { status: 503, headers: { "retry-after": expect.any(String) } };
    expect(await round(call)).toMatchObject(unavailable);
    expect(await round(call, { state })).toMatchObject(unavailable);
    away = false;
    expect((await round(call, { state })).answer).toMatchObject(DONE);
  });
});

describe("the requirements of a state", () => {
  test("without keys the tool says which setting is missing", async () => {
    const { answer } = await round(instance({ store: createMemoryStore() }));
    expect(answer.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining("set MCP_ANYCLOUD_STATE_KEYS to id:key") }],
    });
  });

  test("without a store the tool says so", async () => {
    const { answer } = await round(instance({ stateKeys: [keyOf("a")] }));
    expect(answer.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining("set MCP_ANYCLOUD_TABLE") }],
    });
  });

  test("with the store away the answer is 503 and not a refusal, and the state opens when it is back", async () => {
    const store = breakableStore(createMemoryStore());
    const call = createInstancePool(store)("a");
    const state = await askFor(call);
    store.broken = true;
    expect(await round(call, { state })).toMatchObject({ status: 503, headers: { "retry-after": expect.any(String) } });
    store.broken = false;
    expect((await round(call, { state })).answer).toMatchObject(DONE);
  });
});

test("a client of 2025-11-25 with a session is asked through the same tool, and no state leaves the instances", async () => {
  const store = createMemoryStore();
  const instances = Array.from({ length: 3 }, () => toFetch(createMcpEndpoint(createServer, { store, ...QUIET })));
  let turn = 0;
  const sent: string[] = [];
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "legacy" } },
  );
  client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { ok: true } }));
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      async fetch(url, init) {
        sent.push(String(init?.body));
        const serve = instances[turn++ % instances.length] as Fetch;
        return serve(new Request(url, init));
      },
    }),
  );
  try {
    const { content } = await client.callTool({ name: "delete", arguments: { id: 1 } });
    expect(content).toEqual([{ type: "text", text: "done: swordfish" }]);
    expect(sent.join()).not.toContain("v1.a.");
  } finally {
    await client.close();
  }
});
