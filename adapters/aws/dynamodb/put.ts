import { type StateCondition, type StateItem, type StateWrite, stateConflict } from "../../../src/adapter.ts";
import { freshVersion } from "../../shared/fresh-version.ts";
import type { Condition } from "./dynamodb-client.ts";
import { toTableFailure } from "./failure.ts";
import { type Content, type Head, toAttributes, toHead } from "./item.ts";
import { discardParts, writeContent } from "./parts.ts";
import type { DynamodbReader } from "./reader.ts";
import type { Requests } from "./requests.ts";

export interface PutContext {
  readonly table: string;
  readonly requests: Requests;
  readonly reader: DynamodbReader;
  /** Unix time in whole seconds. */
  readonly nowSeconds: () => number;
}

/**
 * Writes an item in one step: the parts of a large value are written before it, and the parts that it replaces are removed
 * after it. Throws STATE_CONFLICT only when this write was certainly not applied, else STORE_UNAVAILABLE.
 */
export async function putItem(context: PutContext, write: StateWrite, when?: StateCondition): Promise<StateItem> {
  const { requests, nowSeconds } = context;
  const version = freshVersion();
  const replaced = when === "absent" ? 0 : when?.version;
  const content = await writeContent(requests, write.value, write.expiresAt);
  const attempted = await requests.attempt((client, options, unsure) => {
    const head = { version, content: unsure ? kept(content) : content, ...(replaced !== undefined && { replaced }) };
    const Item = toAttributes(write, head);
    return client.put({ Item, ...conditionFor(when, nowSeconds()), ReturnValues: "ALL_OLD" }, options);
  });
  if (!attempted.output) await settle(context, write, { version, replaced, content }, attempted.unsure);
  else if (attempted.output.Attributes) await discardParts(requests, toHead(attempted.output.Attributes).content);
  const { partition, sort, value, expiresAt } = write;
  return { partition, sort, value, expiresAt, version };
}

function conditionFor(when: StateCondition | undefined, nowSeconds: number): Condition {
  if (when === undefined) return {};
  const now = { ":now": { N: String(nowSeconds) } };
  if (when === "absent") {
    return {
      ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
      ExpressionAttributeValues: now,
    };
  }
  return {
    ConditionExpression: "version = :version AND expiresAt > :now",
    ExpressionAttributeValues: { ...now, ":version": { N: String(when.version) } },
  };
}

/** An earlier attempt may yet arrive and put this content back, after its successor was replaced. */
const kept = (content: Content): Content =>
  "parts" in content ? { parts: { ...content.parts, keep: true } } : content;

interface OwnWrite {
  readonly version: number;
  /** The version that it asked for. */
  readonly replaced: number | undefined;
  readonly content: Content;
}

/** Finds out which write made the condition fail. Returns when it was an earlier attempt of this one, else throws. */
async function settle(context: PutContext, key: StateWrite, own: OwnWrite, unsure: boolean): Promise<void> {
  if (!unsure) {
    await discardParts(context.requests, own.content);
    throw stateConflict();
  }
  const found: Head | undefined = await context.reader.head(key);
  if (found?.version === own.version || found?.replaced === own.version) return;
  // The item that this write asked for is still there (and expired), or another write replaced it.
  if (found && (found.version === own.replaced || found.replaced === own.replaced)) throw stateConflict();
  throw toTableFailure(CONDITION_FAILED, context.table);
}

/** Applied and then overwritten twice or deleted, or never applied: the item does not tell any more. */
const CONDITION_FAILED: Error = Object.assign(new Error("the condition fails"), {
  name: "ConditionalCheckFailedException",
});
