import type { TableAddress } from "../../emulators/local-table-client.ts";
import type { DevCommand } from "./parse-dev.ts";
import { freshKey, openProjectState } from "./project-state.ts";

/** State that the instances of all ingresses share, so that together they are one server. */
export interface SharedState {
  /** The whole environment of every instance. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where sessions and shared state are kept, as a row of the table of ingresses; undefined for nowhere. */
  readonly row: readonly [name: string, url: string, imitates: string] | undefined;
  /** A sentence for people, where they may expect something else. */
  readonly notice?: string | undefined;
  /** The local table, where there is one. */
  readonly table?: TableAddress;
  close(): Promise<void>;
}

/** The variables that name a secret with a key ring, on each cloud. */
const SECRETS = [
  "MCP_ANYCLOUD_STATE_KEYS_SECRET",
  "MCP_ANYCLOUD_KEY_VAULT_SECRET",
  "MCP_ANYCLOUD_SECRET_MANAGER_SECRET",
];

/**
 * A table and keys for the instances: the user's own where the environment names them, else those of the project.
 * Rejects as `openProjectState` does.
 */
export async function openSharedState({ store, reset, environment }: DevCommand): Promise<SharedState> {
  // To the instances, an empty variable counts as absent.
  const { MCP_ANYCLOUD_TABLE: theirs = "", MCP_ANYCLOUD_STATE_KEYS: keys = "", ...others } = environment;
  // A configured secret already holds the user's key ring, and an instance takes only one.
  const hasKeys = keys !== "" || SECRETS.some((name) => others[name]);
  const withKeys = (own: () => string) => ({ MCP_ANYCLOUD_STATE_KEYS: hasKeys ? keys : own(), ...others });
  const close = async (): Promise<void> => {};
  if (!store) return { environment: withKeys(freshKey), row: undefined, close };
  if (theirs !== "") {
    const settings = { ...awsSettings(), ...withKeys(freshKey), MCP_ANYCLOUD_TABLE: theirs };
    const url = (settings as Record<string, string>).AWS_ENDPOINT_URL_DYNAMODB ?? "(AWS)";
    return { environment: settings, row: ["state", url, `table ${theirs}`], close };
  }
  const { table, stateKeys, keptIn, notice } = await openProjectState(reset);
  return {
    environment: { ...table.environment, ...withKeys(() => stateKeys) },
    row: ["state", table.url, table.imitates + (keptIn ? `, kept in ${keptIn}` : "")],
    notice,
    table,
    close: () => table.close(),
  };
}

/** Region, profile and credentials of this shell, by which its own tools would reach the table. */
const awsSettings = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (name.startsWith("AWS_") && value ? [[name, value]] : [])),
  );
