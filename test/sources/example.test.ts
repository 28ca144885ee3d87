import { afterEach, expect, test, vi } from "vitest";
import team from "../../examples/gateway/server.ts";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

/** No request leaves this machine. */
vi.hoisted(() => {
  globalThis.fetch = async () => {
    throw new TypeError("fetch failed");
  };
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Nothing answers at the addresses of the example. */
test.each(ERAS)(
  "the gateway of the examples serves a client of %s, also while two of its servers are away",
  async (era) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const store = createMemoryStore();
    const client = await connectTo(createMcpEndpoint(team, { store, logLevel: "silent", audit: "off" }), era);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["notes_add_note", "memory_create_entities", "weather_getForecast"]));
    expect(names).not.toContain("weather_deleteStation");
    const entity = { name: "Ada", entityType: "person", observations: ["likes tea"] };
    await client.callTool({ name: "memory_create_entities", arguments: { entities: [entity] } });
    expect(await callText(client, "memory_search_nodes", { query: "tea" })).toContain("Ada");
    const forecast = await client.callTool({ name: "weather_getForecast", arguments: { city: "Bern" } });
    expect(forecast.isError).toBe(true);
  },
);
