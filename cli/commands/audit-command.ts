import { type FileHandle, open } from "node:fs/promises";
import { AnycloudError, KEY_RING_FORM, type LogReport, readStateKeys, verifyAuditLog } from "../../src/adapter.ts";
import { usage } from "../flags.ts";

export interface AuditCommand {
  readonly verb: "audit";
  /** Exported logs, which are checked together. */
  readonly files: readonly string[];
}

/** Reads the command line behind `audit`. Throws USAGE. */
export function parseAudit(args: readonly string[]): AuditCommand {
  const [verb, ...files] = args;
  if (verb !== "verify") throw usage("audit has one command", "write audit verify FILE");
  if (files.length === 0) throw usage("audit verify needs an exported log", "name its file");
  const flag = files.find((file) => file.startsWith("-"));
  if (flag !== undefined) throw usage(`mcp-anycloud audit has no flag ${flag}`, "leave it out");
  return { verb: "audit", files };
}

/** `mcp-anycloud audit verify`: prints what a log proves. Throws AUDIT_BROKEN when it is not as it was written. */
export async function auditCommand({ files }: AuditCommand): Promise<void> {
  const report = await verifyAuditLog(linesOf(files), keysOf(process.env.MCP_ANYCLOUD_STATE_KEYS));
  process.stdout.write(textOf(report));
  const { records, problems } = report;
  if (problems.length > 0) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    throw new AnycloudError("AUDIT_BROKEN", `The audit log is not as it was written: ${count}.`);
  }
  if (records === 0) throw new AnycloudError("AUDIT_BROKEN", "There is no signed audit record: nothing was proven.");
}

function keysOf(text: string | undefined): NonNullable<ReturnType<typeof readStateKeys>> {
  if (!text)
    throw usage("The keys that signed the log are missing", "set MCP_ANYCLOUD_STATE_KEYS as the server has it");
  const keys = readStateKeys(text);
  if (!keys) throw usage("MCP_ANYCLOUD_STATE_KEYS is not valid", `it must be ${KEY_RING_FORM}`);
  return keys;
}

/** The lines of all files, one after the other. Throws USAGE for a file that cannot be read. */
async function* linesOf(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) {
    // Not by `readLines`, which ends a line at U+2028, too: JSON may hold that, and so may the name of a tool that a caller sends.
    let rest = "";
    for await (const text of (await openFile(file)).createReadStream({ encoding: "utf8" })) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest) yield rest;
  }
}

async function openFile(file: string): Promise<FileHandle> {
  const handle = await open(file).catch(() => undefined);
  if (handle && (await handle.stat()).isFile()) return handle;
  await handle?.close();
  throw usage(`There is no file ${file}`, "name an exported log");
}

function textOf({ chains, problems, records, repeated, others }: LogReport): string {
  const lines = [
    `signed records: ${records}; chains: ${chains.length}; repeated lines: ${repeated}; other lines: ${others}`,
    ...chains.map(
      ({ id, first, last }) =>
        `chain ${id}: records ${first} to ${last}${first > 1 ? `; 1 to ${first - 1} are not in this log` : ""}`,
    ),
    ...problems.map(({ line, text }) => `line ${line}: ${text}`),
  ];
  return `${lines.join("\n")}\n`;
}
