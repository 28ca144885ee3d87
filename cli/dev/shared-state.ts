import { randomBytes } from "node:crypto";
import { startLocalTable } from "../../emulators/local-table.ts";
import type { DevCommand } from "../command.ts";

/** State that the instances of all ingresses share, so that together they are one server. */
export interface SharedState {
  /** The whole environment of every instance. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where sessions and shared state are kept, as a row of the table of ingresses; undefined for nowhere. */
  readonly row: readonly [name: string, url: string, imitates: string] | undefined;
  close(): Promise<void>;
}

/**
 * A table and keys for the instances: the user's own where the environment names them, else local ones.
 * Rejects with INSTANCE_FAILED when the local table does not start.
 */
export async function openSharedState({ store, environment }: DevCommand): Promise<SharedState> {
  // To the instances, an empty variable counts as absent.
  const { MCP_ANYCLOUD_TABLE: theirs = "", MCP_ANYCLOUD_STATE_KEYS: keys = "", ...others } = environment;
  // A configured secret already holds the user's key ring, and an instance takes only one.
  const fresh = others.MCP_ANYCLOUD_STATE_KEYS_SECRET ? "" : freshKey();
  const settings = { MCP_ANYCLOUD_STATE_KEYS: keys || fresh, ...others };
  const close = async (): Promise<void> => {};
  if (!store) return { environment: settings, row: undefined, close };
  if (theirs !== "") {
    const environment: Record<string, string> = { ...awsSettings(), ...settings, MCP_ANYCLOUD_TABLE: theirs };
    const url = environment.AWS_ENDPOINT_URL_DYNAMODB ?? "(AWS)";
    return { environment, row: ["state", url, `table ${theirs}`], close };
  }
  const table = await startLocalTable();
  return {
    environment: { ...table.environment, ...settings },
    row: ["state", table.url, table.imitates],
    close: () => table.close(),
  };
}

/** Region, profile and credentials of this shell, by which its own tools would reach the table. */
const awsSettings = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (name.startsWith("AWS_") && value ? [[name, value]] : [])),
  );

const freshKey = (): string => `dev:${randomBytes(32).toString("base64")}`;
