import { ACCESS_FAULTS } from "./access.ts";
import { AUDIT_FAULTS } from "./audit.ts";
import { DEV_FAULTS } from "./dev.ts";
import { IDENTITY_FAULTS } from "./identity.ts";
import { LIMIT_FAULTS } from "./limits.ts";
import type { PromiseFaults } from "./planted-fault.ts";
import { REQUEST_FAULTS } from "./requests.ts";
import { STATE_FAULTS } from "./state.ts";
import { TASK_FAULTS } from "./tasks.ts";
import { TOKEN_FAULTS } from "./tokens.ts";

/** The promises of SECURITY.md that faults are planted for, in its order. */
export const CATALOG: readonly PromiseFaults[] = [
  ...TOKEN_FAULTS,
  ...IDENTITY_FAULTS,
  ...STATE_FAULTS,
  ...TASK_FAULTS,
  ...REQUEST_FAULTS,
  ...DEV_FAULTS,
  ...LIMIT_FAULTS,
  ...ACCESS_FAULTS,
  ...AUDIT_FAULTS,
];
