import { describe, test } from "vitest";
import { INGRESSES } from "../security/secured-ingresses.ts";
import { MODES } from "./marking-clients.ts";
import { callSideBySide } from "./side-by-side.ts";

describe.each(INGRESSES)("through $name", (ingress) => {
  test.each(MODES)("200 calls of two callers at a time see nothing of each other: %s", (mode) =>
    callSideBySide(ingress, mode, 100),
  );
});
