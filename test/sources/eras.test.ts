import { expect, test } from "vitest";
import { createEras } from "../../src/sources/remote/eras.ts";
import { UpstreamFailure } from "../../src/sources/remote/upstream-failure.ts";

const withStatus = (status: number): UpstreamFailure =>
  new UpstreamFailure(status >= 500 ? "unavailable" : "refused", "No.", { cause: { status } });

/** Three callers at the same time, of whom the upstream takes the token of the last one alone; and how often it was probed. */
async function ask(failure: UpstreamFailure): Promise<{ outcomes: unknown[]; probes: number }> {
  const eras = createEras();
  let probes = 0;
  const probe = (isTaken: boolean) => async (): Promise<void> => {
    probes++;
    await new Promise(setImmediate);
    if (!isTaken) throw failure;
  };
  const asked = [false, false, true].map((isTaken) => eras.isModern(probe(isTaken)));
  const outcomes = await Promise.allSettled(asked);
  return { outcomes: outcomes.map((it) => (it.status === "fulfilled" ? it.value : it.reason)), probes };
}

test("a token that an upstream refuses fails the requests of its caller alone", async () => {
  const refused = withStatus(401);
  expect(await ask(refused)).toEqual({ outcomes: [refused, refused, true], probes: 3 });
});

test("an upstream that is down is asked once for all who wait", async () => {
  const down = withStatus(503);
  expect(await ask(down)).toEqual({ outcomes: [down, down, down], probes: 1 });
});
