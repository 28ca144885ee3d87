import { expect, test, vi } from "vitest";
import type { RequestRecord } from "../../src/index.ts";
import { createV2Server } from "./servers.ts";

const HEALTH = { method: "GET", url: "/health", headers: {} } as const;
const INVOCATION = { requestId: "test", canStream: true } as const;

test("the first request that a process serves is marked as its cold start, whichever endpoint it comes to", async () => {
  const records: RequestRecord[] = [];
  const log = (record: RequestRecord): void => void records.push(record);
  // What is loaded anew remembers nothing, as in a new process.
  const startProcess = async () => {
    vi.resetModules();
    const { createMcpEndpoint } = await import("../../src/endpoint.ts");
    return [createMcpEndpoint(createV2Server, { log }), createMcpEndpoint(createV2Server, { log })] as const;
  };
  for (const [first, second] of [await startProcess(), await startProcess()]) {
    await Promise.all([first(HEALTH, INVOCATION), first(HEALTH, INVOCATION)]);
    await second(HEALTH, INVOCATION);
    expect(records.map(({ coldStart }) => coldStart)).toEqual([true, undefined, undefined]);
    for (const record of records.splice(0).slice(1)) expect(record).not.toHaveProperty("coldStart");
  }
});
