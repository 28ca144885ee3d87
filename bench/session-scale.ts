import { openSession, startBenchInstances } from "./bench-instances.ts";
import { toolCall } from "./messages.ts";

/** The times of plain calls beside a number of sessions. */
export interface TimesAtScale {
  readonly sessions: number;
  readonly timesMs: readonly number[];
}

interface ScaleOptions {
  readonly counts: readonly number[];
  /** Calls beside each number of sessions. They take turns, so that all meet the same machine. */
  readonly rounds: number;
}

/** Sessions that are opened at the same time. */
const BATCH = 50;

/** Fills one table with each number of sessions and times plain calls in sessions from all over the table. */
export async function compareSessionCounts({ counts, rounds }: ScaleOptions): Promise<readonly TimesAtScale[]> {
  await using started = new AsyncDisposableStack();
  const tables = [];
  for (const count of counts) {
    const { instances } = started.use(await startBenchInstances());
    const sessions: Record<string, string>[] = [];
    while (sessions.length < count) {
      const opening = Array.from({ length: Math.min(BATCH, count - sessions.length) }, () => openSession(instances[0]));
      sessions.push(...(await Promise.all(opening)));
    }
    tables.push({ sessions, instance: instances[1], timesMs: [] as number[] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { sessions, instance, timesMs } of tables) {
      // Multiples of the golden ratio spread evenly over the table and never repeat a session.
      const session = sessions[Math.floor(((round * 0.618_034) % 1) * sessions.length)] ?? {};
      const startedAt = performance.now();
      const { status } = await instance(toolCall("echo", { text: "hi" }), session);
      timesMs.push(performance.now() - startedAt);
      if (status !== 200) throw new Error(`a call was answered with ${status}`);
    }
  }
  return tables.map(({ sessions, timesMs }) => ({ sessions: sessions.length, timesMs }));
}
