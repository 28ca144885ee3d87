import type { Attack } from "./attack.ts";
import { DISCOVERY_ATTACKS } from "./discovery-attacks.ts";
import { IDENTITY_ATTACKS } from "./identity-attacks.ts";
import { TOKEN_ATTACKS } from "./token-attacks.ts";

/** The attack table, as far as it concerns who calls. Data: a runner sends the requests where it likes. */
export const ATTACKS: readonly Attack[] = [...TOKEN_ATTACKS, ...DISCOVERY_ATTACKS, ...IDENTITY_ATTACKS];
