import { McpServer } from "@modelcontextprotocol/server";
import { vi } from "vitest";
import * as z from "zod/v4";
import type { RequestRecord } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, modernCall, textOf } from "../support/messages.ts";
import { MIDNIGHT } from "./day-time.ts";

/** A call of a day. */
export interface DayCall {
  /** Milliseconds since the day began. */
  readonly atMs: number;
  readonly tool: "search" | "echo";
  readonly fails?: boolean;
  /** Milliseconds. Default 20. */
  readonly takesMs?: number;
}

/** A call that takes so long is waited for while others come. */
const LONG_MS = 1_000;

const input = z.object({ fails: z.boolean(), takesMs: z.number() });

function createServer(): McpServer {
  const server = new McpServer({ name: "day", version: "1.0.0" });
  for (const name of ["search", "echo"]) {
    server.registerTool(name, { inputSchema: input }, async ({ fails, takesMs }) => {
      if (takesMs >= LONG_MS) await new Promise((resolve) => setTimeout(resolve, takesMs));
      else vi.advanceTimersByTime(takesMs);
      if (fails) throw new Error("The index is away.");
      return { content: [] };
    });
  }
  return server;
}

/** The lines that an endpoint writes for these calls with the clock of their day, in the order in which the answers end. */
export async function linesOfDay(calls: readonly DayCall[]): Promise<readonly RequestRecord[]> {
  const lines: RequestRecord[] = [];
  const open: Array<Promise<unknown>> = [];
  vi.useFakeTimers({ toFake: ["Date", "hrtime", "setTimeout", "clearTimeout"], now: MIDNIGHT });
  try {
    const endpoint = callerOf(createMcpEndpoint(createServer, { log: (line) => lines.push(line) }));
    for (const { atMs, tool, fails = false, takesMs = 20 } of calls) {
      await vi.advanceTimersByTimeAsync(Math.max(0, MIDNIGHT + atMs - Date.now()));
      const call = endpoint(...modernCall("tools/call", { name: tool, arguments: { fails, takesMs } })).then(textOf);
      if (takesMs < LONG_MS) await call;
      else open.push(call);
      // Until a long call waits for its time.
      for (let turn = 0; turn < 5 && takesMs >= LONG_MS; turn++) await new Promise(setImmediate);
    }
    await vi.advanceTimersByTimeAsync(Math.max(...calls.map(({ takesMs = 0 }) => takesMs)));
    await Promise.all(open);
  } finally {
    vi.useRealTimers();
  }
  if (lines.length !== calls.length) throw new Error(`${calls.length} calls left ${lines.length} lines.`);
  return lines;
}
