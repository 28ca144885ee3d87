import { expect, test } from "vitest";
import type { HttpResponse, StateStore } from "../../src/adapter.ts";
import { AnycloudError, createMemoryStore } from "../../src/index.ts";
import { legacyRequest, messagesOf } from "../support/messages.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

type When = "before it happens" | "after it happened";
const VERBS = ["get", "put", "delete", "list", "add"] as const;

/** A store of which one operation fails, the one of that number; `done` tells how many there were. */
function storeWithOneFault(number: number, when: When): StateStore & { done(): number } {
  const store = createMemoryStore();
  let count = 0;
  const verb =
    (name: (typeof VERBS)[number]) =>
    async (...args: unknown[]) => {
      const fails = ++count === number;
      const fault = (): AnycloudError => new AnycloudError("STORE_UNAVAILABLE", `Operation ${number} fails: ${name}.`);
      if (fails && when === "before it happens") throw fault();
      const result = await (store[name] as (...args: unknown[]) => Promise<unknown>)(...args);
      if (fails) throw fault();
      return result;
    };
  const verbs = Object.fromEntries(VERBS.map((name) => [name, verb(name)])) as unknown as StateStore;
  return { ...verbs, done: () => count };
}

/** Sends until the answer is no 503, as a client does that heeds `Retry-After`. */
async function insist(send: () => Promise<HttpResponse>): Promise<HttpResponse> {
  for (let attempt = 1; ; attempt++) {
    const response = await send();
    if (response.status !== 503 || attempt === 3) return response;
    expect(response.headers["retry-after"]).toBeDefined();
  }
}

/** The life of a session, as a client that tries again lives it; what came of each step. */
async function live(store: StateStore): Promise<unknown[]> {
  const instances = startInstances(createSessionServer(), { store });
  const open = (): ReturnType<typeof instances.open> => instances.open({ capabilities: { elicitation: {} } });
  const session = await open().catch(open);
  const outcomes: unknown[] = [];
  const setLevel = await insist(() => session.send(1, legacyRequest("logging/setLevel", { level: "error" })));
  outcomes.push(setLevel.status);
  const subscribed = await insist(() => session.send(2, legacyRequest("resources/subscribe", { uri: "a://b" })));
  outcomes.push(
    subscribed.status,
    (await messagesOf(await insist(() => session.call(0, "log", { level: "debug" })))).length,
  );
  const stream = readStream(await insist(() => session.call(1, "name")));
  const { message: question } = await stream.message();
  const reply = { jsonrpc: "2.0", id: question.id, result: { action: "accept", content: { name: "Ada" } } };
  outcomes.push((await insist(() => session.send(2, reply))).status);
  outcomes.push(JSON.stringify((await stream.message()).message).includes("Ada"));
  const ended = await insist(() => session.end(0));
  outcomes.push(ended.status === 200 || ended.status === 404);
  outcomes.push((await insist(() => session.call(1, "echo", { text: "hi" }))).status);
  return outcomes;
}

test.each<When>(["before it happens", "after it happened"])(
  "whichever operation of the store fails %s, a client that tries again gets there",
  async (when) => {
    const sound = storeWithOneFault(0, when);
    const expected = [200, 200, 1, 202, true, true, 404];
    expect(await live(sound)).toEqual(expected);
    const lives = Array.from({ length: sound.done() }, (_, index) => live(storeWithOneFault(index + 1, when)));
    for (const [index, outcomes] of (await Promise.all(lives)).entries()) {
      expect([index + 1, ...outcomes]).toEqual([index + 1, ...expected]);
    }
  },
);
