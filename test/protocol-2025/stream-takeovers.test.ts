import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { createClock } from "../services/scope.ts";
import { messagesOf } from "../support/messages.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

test("40 connections that resume one request are one reader: the newest", async () => {
  const { open } = startInstances(createSessionServer());
  const session = await open();
  const stream = readStream(await session.call(0, "steps", { count: 3, gapMs: 700 }));
  const { id } = await stream.message();
  await stream.leave();
  const responses = [];
  for (let n = 0; n < 40; n++) responses.push(await session.get(n % 3, id));
  const opened = responses.filter(({ status }) => status === 200).map(readStream);
  expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
  const ends = await Promise.all(opened.map(async (one) => (await one.rest()).some(({ message }) => message?.result)));
  expect(ends.filter(Boolean)).toHaveLength(1);
  expect(ends.at(-1)).toBe(true);
});

test.each([
  ["2025-06-18", "without an id", 11, 409],
  ["2025-11-25", "without an id", 11, 409],
  ["2025-11-25", "with the id of its last event", 2, 204],
] as const)(
  "two loops of one client do not take the stream from each other for ever: %s, %s",
  async (protocolVersion, how, most, refusal) => {
    const clock = createClock();
    const timings = { notificationFastestReadMs: 2, notificationSlowestReadMs: 2 };
    const { open } = startInstances(
      createSessionServer(),
      { store: createMemoryStore(clock.now) },
      { now: clock.now, timings },
    );
    const session = await open({ protocolVersion });
    const loops = [0, 1].map((at) => ({ at, isOpen: false, id: undefined as string | undefined }));
    const statuses: number[] = [];
    for (let second = 0; second < 28; second++) {
      clock.pass(1);
      const loop = loops[second % 2] as (typeof loops)[number];
      if (loop.isOpen) continue;
      const response = await session.get(loop.at, loop.id);
      statuses.push(response.status);
      if (response.status !== 200) continue;
      loop.isOpen = true;
      const stream = readStream(response);
      if (how !== "without an id") loop.id = (await stream.next())?.id;
      void stream.rest().then(() => {
        loop.isOpen = false;
      });
      // Time for the stream before it to notice and end.
      await sleep(20);
    }
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(most);
    expect(statuses.at(-1)).toBe(refusal);
    await session.end(2);
  },
);

test("a stream that was taken over often can be opened again after a while, and what is refused says when", async () => {
  const clock = createClock();
  const { open } = startInstances(createSessionServer(), { store: createMemoryStore(clock.now) }, { now: clock.now });
  const session = await open();
  let last = await session.get(0);
  for (let n = 1; last.status === 200; n++) {
    void readStream(last).rest();
    last = await session.get(n % 3);
    expect(n).toBeLessThan(20);
  }
  expect([last.status, last.headers["retry-after"]]).toEqual([409, "30"]);
  expect(await messagesOf(last)).toMatchObject([{ error: { message: expect.stringMatching(/^Conflict: /) } }]);
  clock.pass(20);
  expect((await session.get(0)).status).toBe(409);
  clock.pass(11);
  const again = await session.listen(1);
  await session.call(2, "announce", { word: "hello" });
  expect((await again.message()).message).toMatchObject({ params: { data: "hello" } });
  await again.leave();
});
