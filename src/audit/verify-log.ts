import type { StateKeyEntry } from "../config/key-ring.ts";
import { auditSecret, macOf } from "./audit-chain.ts";
import type { AuditRecord, ChainLink } from "./audit-record.ts";

/** The records of one chain in a log. */
interface VerifiedChain {
  readonly id: string;
  /** Sequences of the first and the last record that are there. Earlier ones are missing where `first` is above 1. */
  readonly first: number;
  readonly last: number;
}

/** Something that proves that a log is not as it was written. */
interface LogProblem {
  /** The line that shows it, from 1 on. */
  readonly line: number;
  readonly text: string;
}

export interface LogReport {
  readonly chains: readonly VerifiedChain[];
  readonly problems: readonly LogProblem[];
  /** Signed records, each counted once. */
  readonly records: number;
  /** Lines that repeat a record. Log services deliver some lines twice. */
  readonly repeated: number;
  /** Lines that are no audit records, such as request records and a tool's own output. */
  readonly others: number;
}

type SignedRecord = AuditRecord & { readonly chain: ChainLink };

/** A record whose signature is right. */
interface Proven extends Pick<ChainLink, "sequence" | "previous" | "mac"> {
  readonly line: number;
}

/**
 * Checks the audit records among the lines of a log, of any number of instances and in any order. A record that was changed,
 * removed between two others, or not written by the audit log is a problem. The end of a chain proves nothing: a log
 * without its last records looks like one of an instance that stopped earlier.
 */
export async function verifyAuditLog(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: readonly StateKeyEntry[],
): Promise<LogReport> {
  const secrets = new Map(keys.map((key) => [key.id, auditSecret(key)]));
  const chains = new Map<string, Map<number, Proven>>();
  const problems: LogProblem[] = [];
  let [line, records, repeated, others] = [0, 0, 0, 0];
  let cut: LogProblem | undefined;
  for await (const text of lines) {
    line += 1;
    // Only the last line of an export may end in its middle.
    if (cut) problems.push(cut);
    cut = undefined;
    const record = readRecord(text);
    if (record === "cut") cut = { line, text: "an audit record of which a part is missing" };
    if (record === undefined || record === "cut") {
      others += 1;
      continue;
    }
    const problem = problemOf(record, secrets);
    if (problem !== undefined) {
      problems.push({ line, text: problem });
      continue;
    }
    const { id, sequence, previous, mac } = record.chain as ChainLink;
    const chain = chains.get(id) ?? new Map<number, Proven>();
    chains.set(id, chain);
    const known = chain.get(sequence);
    if (known?.mac === mac) repeated += 1;
    else if (known) {
      problems.push({ line, text: `another record ${sequence} of chain ${id} than in line ${known.line}` });
    } else {
      records += 1;
      chain.set(sequence, { sequence, previous, mac, line });
    }
  }
  const verified: VerifiedChain[] = [];
  for (const [id, proven] of chains) {
    const inOrder = [...proven.values()].sort((one, other) => one.sequence - other.sequence);
    problems.push(...gapsIn(id, inOrder));
    verified.push({ id, first: inOrder[0]?.sequence ?? 0, last: inOrder.at(-1)?.sequence ?? 0 });
  }
  return {
    chains: verified,
    problems: problems.sort((one, other) => one.line - other.line),
    records,
    repeated,
    others,
  };
}

function problemOf(record: SignedRecord | AuditRecord, secrets: ReadonlyMap<string, Uint8Array>): string | undefined {
  const { chain } = record;
  if (chain === undefined) return "an audit record without a signature, which anything could have written";
  const { mac, ...unsigned } = chain;
  const secret = secrets.get(unsigned.keyId);
  if (!secret) return `an audit record signed with the key ${unsigned.keyId}, which was not given`;
  const isRight = macOf({ ...record, chain: unsigned }, secret) === mac;
  return isRight ? undefined : `an audit record that was changed, or not written by the audit log`;
}

function* gapsIn(id: string, inOrder: readonly Proven[]): Iterable<LogProblem> {
  for (const [index, { sequence, previous, line }] of inOrder.entries()) {
    const before = inOrder[index - 1];
    if (before && before.sequence + 1 < sequence) {
      const missing = sequence - before.sequence - 1;
      const text = `${missing === 1 ? "a record" : `${missing} records`} of chain ${id} before this one (${sequence})`;
      yield { line, text: `${text} ${missing === 1 ? "is" : "are"} missing` };
    } else if (before && previous !== before.mac) {
      yield { line, text: `record ${sequence} of chain ${id} does not follow the record before it` };
    }
  }
}

const MARK = '"message":"audit"';

/**
 * The audit record in a line: the line itself, what follows the time stamp that some log services put before it, or the
 * payload of the entry that others make of it, with `time` beside it. "cut" for one that is no whole JSON.
 */
function readRecord(line: string): SignedRecord | AuditRecord | "cut" | undefined {
  const start = line.indexOf("{");
  if (start < 0 || !line.includes("audit")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line.slice(start));
  } catch {
    return line.replaceAll(/"\s*:\s*"/g, '":"').includes(MARK) ? "cut" : undefined;
  }
  const { jsonPayload, timestamp } = value as { readonly jsonPayload?: object; readonly timestamp?: unknown };
  const found = (jsonPayload ? { time: timestamp, ...jsonPayload } : value) as Partial<AuditRecord>;
  if (found.message !== "audit") return undefined;
  const at = new Date(String(found.time));
  // Log services write the same time in other ways.
  return { ...found, ...(!Number.isNaN(at.getTime()) && { time: at.toISOString() }) } as AuditRecord;
}
