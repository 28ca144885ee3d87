import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { toFetch } from "../../src/index.ts";
import { collectGarbage } from "../support/collect-garbage.ts";

/** A stream whose handler notes that its client has left. */
async function openStream(signal: AbortSignal): Promise<{ readonly response: Response; readonly left: () => boolean }> {
  let hasLeft = false;
  const fetch = toFetch(async (_request, { signal: gone }) => {
    const ended = new Promise<void>((resolve) =>
      AbortSignal.any([gone as AbortSignal]).addEventListener("abort", () => {
        hasLeft = true;
        resolve();
      }),
    );
    async function* body(): AsyncGenerator<string> {
      yield "first";
      await ended;
    }
    return { status: 200, headers: { "content-type": "text/event-stream" }, body: body() };
  });
  return { response: await fetch(new Request("http://127.0.0.1/mcp", { signal })), left: () => hasLeft };
}

test("a stream learns that its client has left, however long ago its request was made", async () => {
  const leaving = new AbortController();
  const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(leaving.signal)));
  await collectGarbage();
  leaving.abort();
  await nextTurn();
  expect(streams.filter(({ left }) => !left())).toEqual([]);
  await Promise.all(streams.map(({ response }) => response.body?.cancel()));
});
