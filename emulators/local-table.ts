import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { AnycloudError } from "../src/adapter.ts";
import { endOf, startInstance } from "./instance.ts";
import type { LocalTableReport } from "./local-table-process.ts";

/** A DynamoDB table of a process on this machine. Its contents end with that process, or are kept in a folder. */
export interface LocalTable {
  /** Name of the emulated service, for people: "DynamoDB (dynalite)". */
  readonly imitates: string;
  /** URL of the service, on loopback, with the secret that keeps web pages out. */
  readonly url: string;
  /** Name of the table. */
  readonly table: string;
  /** Variables with which an instance of any cloud finds the table. Their credentials give no access to AWS. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface KeptTableOptions {
  /** Folder of the table's files; it is made where it is missing. */
  readonly folder: string;
  /** Removes what was kept. */
  readonly reset: boolean;
}

const PROGRAM = fileURLToPath(
  new URL(`./local-table-process.${import.meta.filename.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
);
const TABLE = "mcp-anycloud";

/**
 * Starts one table for the instances of all clouds, so that a session that was opened at one ingress continues at another.
 * It does not delete expired items: readers have to check `expiresAt` anyway, because DynamoDB deletes days late. Rejects
 * with INSTANCE_FAILED when it does not start.
 */
export async function startLocalTable(): Promise<LocalTable> {
  const { report, close } = await startProcess([]);
  if ("problem" in report) throw failed(`its folder is ${report.problem}`);
  return toTable(report.url, close);
}

/**
 * The same with a table that is kept in a folder, without the items whose time to live is over. Settles with undefined while
 * another process has the folder. Rejects with INSTANCE_FAILED when the folder holds something else, or
 * cannot be written.
 */
export async function startKeptTable({ folder, reset }: KeptTableOptions): Promise<LocalTable | undefined> {
  const { report, close } = await startProcess([folder, ...(reset ? ["reset"] : [])]);
  if ("url" in report) return toTable(report.url, close);
  await close();
  if (report.problem === "locked") return undefined;
  const why =
    report.problem === "unwritable"
      ? "cannot be written, because the disk is full or yours to read only: make room, or run dev with --no-store"
      : "cannot be read: run dev with --reset, which removes them";
  throw new AnycloudError("INSTANCE_FAILED", `The files of the local table in ${folder} ${why}.`);
}

async function startProcess(args: readonly string[]): Promise<{ report: LocalTableReport; close(): Promise<void> }> {
  const lines: string[] = [];
  const instance = startInstance({
    command: [PROGRAM, TABLE, ...args],
    environment: {},
    onOutput: (line) => lines.push(line),
  });
  const ended = endOf(instance).then((how) => {
    const said = lines.find((line) => /Error\b/.test(line)) ?? "nothing";
    throw failed(`${how}, saying "${said}"`);
  });
  const ready = once(instance.process, "message").then(([report]) => report as LocalTableReport);
  const report = await Promise.race([ready, ended]);
  // The process ends some time after it was ready, and nobody waits for that.
  ended.catch(() => {});
  return { report, close: () => instance.stop() };
}

const failed = (why: string): AnycloudError =>
  new AnycloudError("INSTANCE_FAILED", `The local DynamoDB did not start: ${why}.`);

const toTable = (url: string, close: () => Promise<void>): LocalTable => ({
  imitates: "DynamoDB (dynalite)",
  url,
  table: TABLE,
  environment: {
    MCP_ANYCLOUD_TABLE: TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "LOCAL",
    AWS_SECRET_ACCESS_KEY: "local",
  },
  close,
});
