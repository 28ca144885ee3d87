import { expect, test } from "vitest";
import { runEnding } from "./ending.ts";

test.each(["container", "function"] as const)(
  "SIGTERM loses nothing that is in flight, as %s",
  {
    timeout: 300_000,
  },
  async (form) => {
    const report = await runEnding({ form, inFlight: 120, storeMs: 50 });
    expect(report).toEqual({
      statuses: { "200": 90, "202": 30 },
      lostReplies: 0,
      lostSessions: 0,
      ended: "exit code 0",
    });
  },
);
