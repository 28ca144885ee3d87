import { ADAPTER_SETTINGS } from "../../cli/settings.ts";
import { CONFIG_SETTINGS } from "../../src/adapter.ts";

/** The variables of all settings, the adapters' included. */
export const ALL_VARIABLES: readonly string[] = Object.values({ ...CONFIG_SETTINGS, ...ADAPTER_SETTINGS }).map(
  ({ variable }) => variable,
);
