import {
  type AnycloudError,
  type StateCondition,
  type StateItem,
  type StateKey,
  type StateWrite,
  stateConflict,
} from "../../../src/adapter.ts";
import { freshVersion } from "../fresh-version.ts";
import type { Document, DocumentFields, WriteCondition } from "./document-table.ts";
import type { KnownTags } from "./known-tags.ts";
import { writeContent } from "./large-values.ts";
import type { TableRequests } from "./table-requests.ts";

export interface WriteContext {
  readonly requests: TableRequests;
  readonly tags: KnownTags;
  readonly isLive: (document: Document) => boolean;
  readonly toFailure: (error: unknown) => AnycloudError;
  readonly timeoutMs: number;
}

/** Writes an item in one step. Throws STATE_CONFLICT only when this write was certainly not applied, else STORE_UNAVAILABLE. */
export async function putDocument(context: WriteContext, write: StateWrite, when?: StateCondition): Promise<StateItem> {
  const { requests, tags } = context;
  const { partition, sort, value, expiresAt } = write;
  const replaced = when === "absent" ? 0 : when?.version;
  const content = await writeContent(requests, value, expiresAt);
  const fields: DocumentFields = { ...content, expiresAt, version: freshVersion(), replaced };
  const written = (tag: string | undefined): StateItem => {
    if (tag !== undefined) tags.remember({ ...fields, tag });
    return { partition, sort, value, expiresAt, version: fields.version };
  };
  let isUnsure = false;
  for (let condition = await conditionFor(context, write, when); ; ) {
    const attempted = await requests.attempt((table, signal) => table.write(write, fields, condition, signal));
    if (attempted.output !== undefined) return written(attempted.output);
    isUnsure ||= attempted.unsure;
    const found = await requests.send((table, signal) => table.read(write, signal));
    // An earlier attempt of this write was applied, and perhaps replaced since.
    if (isUnsure && found?.version === fields.version) return written(found.tag);
    if (isUnsure && found?.replaced === fields.version) return written(undefined);
    const isFree = when === "absent" && (!found || !context.isLive(found));
    if (!isFree) throw isUnsure && !isUntouched(found, replaced) ? context.toFailure(UNSURE) : stateConflict();
    condition = found ? { tag: found.tag } : "absent";
  }
}

/** Whether what was found shows that the write which asked for version `replaced` was not applied. */
const isUntouched = (found: Document | undefined, replaced: number | undefined): boolean =>
  found !== undefined && (found.version === replaced || found.replaced === replaced);

/** Throws STATE_CONFLICT for a version that is not there any more. */
async function conditionFor(
  { requests, tags, isLive }: WriteContext,
  key: StateKey,
  when: StateCondition | undefined,
): Promise<WriteCondition> {
  if (when === undefined || when === "absent") return when;
  const known = tags.find(when.version);
  const found = known ?? (await requests.send((table, signal) => table.read(key, signal)));
  const isAsked = found && (known !== undefined || (found as Document).version === when.version);
  if (!isAsked || !isLive(found as Document)) throw stateConflict();
  return { tag: found.tag };
}

/** Applied and then overwritten twice or deleted, or never applied: the document does not tell any more. */
export const UNSURE: Error = Object.assign(new Error("the condition fails, perhaps because of an earlier attempt"), {
  kind: "condition",
});
