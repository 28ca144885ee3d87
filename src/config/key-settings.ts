import { KEY_RING_FORM, readStateKeys, type StateKeyEntry } from "./key-ring.ts";
import type { Settings } from "./setting.ts";
import { parsedBy } from "./value-type.ts";

/** The keys of `requestState`. */
export interface KeyConfig {
  /**
   * Keys that seal what a server hands to its clients to keep (`requestState`), as `id:key`, each key 32 random bytes in
   * base64, the same on all instances. The first key seals and all of them open: put a new key first, and remove the old
   * one when what it sealed has expired.
   *
   * @default none, and a server that seals gets an error
   */
  readonly stateKeys?: readonly StateKeyEntry[];
}

export const KEY_SETTINGS: Settings<KeyConfig> = {
  stateKeys: {
    variable: "MCP_ANYCLOUD_STATE_KEYS",
    type: parsedBy(readStateKeys, `be ${KEY_RING_FORM}`),
    secret: true,
    setByDeployment: true,
  },
};
