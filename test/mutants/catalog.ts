import { ACCESS_FAULTS } from "./access.ts";
import type { PromiseFaults } from "./planted-fault.ts";
import { REQUEST_FAULTS } from "./requests.ts";
import { STATE_FAULTS } from "./state.ts";
import { TOKEN_FAULTS } from "./tokens.ts";

/** The promises of SECURITY.md that faults are planted for, in its order. */
export const CATALOG: readonly PromiseFaults[] = [
  ...TOKEN_FAULTS,
  ...STATE_FAULTS,
  ...REQUEST_FAULTS,
  ...ACCESS_FAULTS,
];
