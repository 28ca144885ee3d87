import { openSession, startBenchInstances, toolCall } from "./bench-instances.ts";

/** What plain calls took where there are so many sessions. */
export interface TimesAtScale {
  readonly sessions: number;
  readonly timesMs: readonly number[];
}

interface ScaleOptions {
  readonly counts: readonly number[];
  /** Calls for each number of sessions, in turns, so that all of them meet the same machine. */
  readonly rounds: number;
}

/** Sessions that are opened at a time. */
const BATCH = 50;

/** Fills a table with each number of sessions, and times plain calls of sessions taken from all over it. */
export async function compareSessionCounts({ counts, rounds }: ScaleOptions): Promise<readonly TimesAtScale[]> {
  await using started = new AsyncDisposableStack();
  const places = [];
  for (const count of counts) {
    const { instances } = started.use(await startBenchInstances());
    const sessions: Record<string, string>[] = [];
    while (sessions.length < count) {
      const opening = Array.from({ length: Math.min(BATCH, count - sessions.length) }, () => openSession(instances[0]));
      sessions.push(...(await Promise.all(opening)));
    }
    places.push({ sessions, instance: instances[1], timesMs: [] as number[] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { sessions, instance, timesMs } of places) {
      // Evenly over the table, and never the same one twice in a row.
      const session = sessions[Math.floor(((round * 0.618_034) % 1) * sessions.length)] ?? {};
      const startedAt = performance.now();
      const { status } = await instance(toolCall("echo", { text: "hi" }), session);
      timesMs.push(performance.now() - startedAt);
      if (status !== 200) throw new Error(`a call was answered with ${status}`);
    }
  }
  return places.map(({ sessions, timesMs }) => ({ sessions: sessions.length, timesMs }));
}
