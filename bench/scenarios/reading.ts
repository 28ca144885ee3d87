import { startLocalTable } from "../../emulators/local-table.ts";
import { type BenchRequest, benchRequest, type Call } from "../requests.ts";
import { OURS_READING, SDK_READING, type Subject } from "../subjects.ts";

/** The subjects whose tool reads an item of a table. */
export const READING: readonly Subject[] = [OURS_READING, SDK_READING];

/** A key without an item: the look-up costs the same. It has 24 characters because a handle has, and others are not looked up. */
const RECALL: Call = { name: "recall", arguments: { key: "a-key-without-an-item-xy" } };

/** The first request to a new instance of a subject: in the newest era that it speaks. */
export const firstRequest = (subject: Subject): BenchRequest =>
  benchRequest("tools/call", subject.eras[0] ?? "2025-11-25", READING.includes(subject) ? RECALL : undefined);

/** A local table, and the variables by which instances find it. */
export interface ReadingTable extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

export async function startReadingTable(): Promise<ReadingTable> {
  const { environment, close } = await startLocalTable();
  return { environment, [Symbol.asyncDispose]: close };
}
