import { describe, test } from "vitest";
import { IN_PROCESS, INGRESSES } from "../security/secured-ingresses.ts";
import { MODES } from "./marking-clients.ts";
import { callSideBySide } from "./side-by-side.ts";

/** In each, both callers call at the same time. `npm run test:long` goes on longer through the ingresses. */
const ROUNDS = { inProcess: 100, throughIngress: 25 };

describe.each([IN_PROCESS, ...INGRESSES])("through $name", (ingress) => {
  test.each(MODES)("calls of two callers at a time see nothing of each other: %s", async (mode) => {
    await callSideBySide(ingress, mode, ingress.cloud ? ROUNDS.throughIngress : ROUNDS.inProcess);
  });
});
