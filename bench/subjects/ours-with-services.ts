import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

const LIMIT = { limit: Number.MAX_SAFE_INTEGER, windowSeconds: 3_600 };
const LIFE = { ttlSeconds: 86_400 };

/**
 * An endpoint whose factory takes services from its context. Each call counts against a rate limit, finds the handle of
 * its sum under its key, and reads the sum by the handle. Only the first call of a process computes, writes and notifies.
 */
const endpoint: HttpHandler = createMcpEndpoint(
  defineServer({
    createServer: ({ handles, once, notify, rateLimiter }) =>
      createToolServer(async (a, b) => {
        const { allowed } = await rateLimiter.take("add", LIMIT);
        if (!allowed) throw new Error("The limit of an hour is reached.");
        const handle = await once(`${a}+${b}`, LIFE, async () => {
          notify.toolsChanged();
          return handles.create(a + b, LIFE);
        });
        return (await handles.get<number>(handle)) ?? Number.NaN;
      }),
  }),
  { store: createMemoryStore() },
);
export default endpoint;
