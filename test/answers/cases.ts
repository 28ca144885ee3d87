import fc from "fast-check";
import { type Case, MODES } from "./ask.ts";
import type { Behaviour, SentMessage } from "./behaviour.ts";
import { PRIMITIVES, SERVER_KINDS } from "./servers.ts";
import { HUGE, VALUE_NAMES, type ValueName } from "./values.ts";

const everyValue: fc.Arbitrary<ValueName> = fc.constantFrom(...VALUE_NAMES);
/** Half of all values are ordinary, so that most messages pass and what follows them is seen, too. */
const usualValue: fc.Arbitrary<ValueName> = fc.oneof(everyValue, fc.constantFrom<ValueName>("text", "nothing"));

const sent: fc.Arbitrary<SentMessage> = fc.record({
  kind: fc.constantFrom<SentMessage["kind"]>("log", "log", "progress", "change", "ping"),
  data: usualValue,
  related: fc.boolean(),
  awaited: fc.boolean(),
});

function behaviour(value: fc.Arbitrary<ValueName>): fc.Arbitrary<Behaviour> {
  return fc.record({
    value,
    place: fc.constantFrom<Behaviour["place"]>("whole", "content", "structured", "meta"),
    end: fc.constantFrom<Behaviour["end"]>("return", "return", "return", "throw", "throw", "never"),
    sent: fc.oneof(
      fc.constant([]),
      fc.array(sent, { maxLength: 4 }),
      // A stream of notifications.
      fc.tuple(sent, fc.integer({ min: 20, max: 200 })).map(([one, times]) => Array<SentMessage>(times).fill(one)),
    ),
    late: fc.oneof(fc.constant([]), fc.array(sent, { maxLength: 3 })),
    // Some outlast the time after which the answers of sessions stream, and a heartbeat.
    pauseMs: fc.constantFrom(0, 0, 1, 60),
  });
}

/** A request to a server whose handlers may do anything. `isLong`: with values that take long. */
export function caseOf({ isLong }: { readonly isLong: boolean }): fc.Arbitrary<Case> {
  const value = isLong ? fc.oneof({ weight: 99, arbitrary: everyValue }, fc.constant(HUGE)) : everyValue;
  return fc
    .record({
      server: fc.constantFrom(...SERVER_KINDS),
      primitive: fc.constantFrom(...(Object.keys(PRIMITIVES) as Array<keyof typeof PRIMITIVES>)),
      mode: fc.constantFrom(...MODES),
      canStream: fc.boolean(),
      isGuarded: fc.boolean(),
      id: fc.oneof(fc.string(), fc.integer()),
      behaviour: behaviour(value),
    })
    .filter(({ server, mode }) => server !== "SDK v1" || !mode.startsWith("2026"));
}
