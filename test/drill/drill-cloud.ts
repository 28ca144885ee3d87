import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CloudRelease } from "../../cli/release/cloud-release.ts";
import type { Infrastructure } from "../../cli/release/infrastructure.ts";

/** A cloud whose tools and platform are played, and whose versions run in its emulator. */
export interface DrillCloud {
  /** Port of the address that clients know. */
  readonly port: number;
  /** How many requests each version got at that address. */
  readonly sent: Readonly<Record<string, number>>;
  /** Whether a new version is given a share of the traffic first. */
  readonly isShared: boolean;
  /** Versions that clients reach. */
  serving(): readonly string[];
  readonly infrastructure: Infrastructure;
  readonly release: CloudRelease;
}

export interface DrillCloudOptions {
  /** Folder of the project. */
  readonly folder: string;
  /** Ends what the cloud starts. */
  readonly resources: AsyncDisposableStack;
  /** Environment of every version: where the table is. */
  readonly environment: Readonly<Record<string, string>>;
  readonly random: () => number;
  /** Waits until the watch looks again. */
  readonly pause: () => Promise<void>;
}

/** Puts a build where the verbs look for it. */
export function build(artefact: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(join(to, ".."), { recursive: true });
  cpSync(artefact, to, { recursive: true, verbatimSymlinks: true });
}

/** The log line of an MCP request in what an instance prints. */
export function requestLineOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.includes('"message":"request"')) return undefined;
  const record = JSON.parse(line.slice(line.indexOf("{"))) as Readonly<Record<string, unknown>>;
  return record.mcpMethod === undefined ? undefined : record;
}
