import { createConnections, type HttpAnswer } from "../../shared/connections.ts";
import type { Document, DocumentTable } from "../../shared/documents/document-table.ts";
import { toPartitionName, toSortText } from "../../shared/documents/key-text.ts";
import type { FailureKind } from "../../shared/retries/retry.ts";
import { serviceFailure } from "../../shared/retries/service-failure.ts";
import { fieldsOf, type StoredDocument, toDocument, toFields } from "./document.ts";
import { COLLECTION, toQuery } from "./query.ts";

export interface FirestoreClientOptions {
  /** The API: `https://firestore.googleapis.com`. */
  readonly url: string;
  /** `projects/<project>/databases/<database>` */
  readonly database: string;
  readonly accessToken: () => Promise<string>;
}

/** Documents in an answer at most. */
const MAX_PAGE = 300;

/** Calls Firestore (https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents). */
export function createFirestoreClient({ url, database, accessToken }: FirestoreClientOptions): DocumentTable {
  const connections = createConnections(new URL(url));
  const root = `${database}/documents`;
  const parentOf = (partition: string): string => `${root}/mcp/${toPartitionName(partition)}`;
  const nameOf = (partition: string, sort: string): string =>
    `${parentOf(partition)}/${COLLECTION}/${toSortText(sort)}`;

  async function call<Answer>(path: string, body: object, signal: AbortSignal): Promise<Answer> {
    const text = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${await accessToken()}`,
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
    };
    const answer = await connections.send(headers, text, { signal, fresh: false, target: `/v1/${path}` });
    if (answer.status >= 300) throw failureOf(answer);
    return JSON.parse(answer.text) as Answer;
  }

  async function commit(write: object, signal: AbortSignal): Promise<WriteResult> {
    const { writeResults } = await call<{ writeResults: WriteResult[] }>(`${root}:commit`, { writes: [write] }, signal);
    return writeResults[0] ?? {};
  }

  return {
    async read({ partition, sort }, signal) {
      const documents = [nameOf(partition, sort)];
      const [answer] = await call<{ found?: StoredDocument }[]>(`${root}:batchGet`, { documents }, signal);
      return answer?.found && toDocument(answer.found);
    },

    async write({ partition, sort }, fields, when, signal) {
      const update = { name: nameOf(partition, sort), fields: toFields(toSortText(sort), fields) };
      const currentDocument = when === "absent" ? { exists: false } : when && { updateTime: when.tag };
      return String((await commit({ update, ...(currentDocument && { currentDocument }) }, signal)).updateTime);
    },

    async remove({ partition, sort }, signal) {
      await commit({ delete: nameOf(partition, sort) }, signal);
    },

    async query(partition, query, next, signal) {
      const limit = Math.min(query.limit, MAX_PAGE);
      const body = toQuery({ ...query, limit }, next);
      const path = `${parentOf(partition)}:runQuery`;
      const answers = await call<{ document?: StoredDocument }[]>(path, body, signal);
      const documents: Document[] = answers.flatMap(({ document }) => (document ? [toDocument(document)] : []));
      const last = documents.at(-1);
      return { documents, next: last && documents.length === limit ? toSortText(last.sort) : undefined };
    },

    async increment({ partition, sort }, amount, counter, signal) {
      const { updateTransforms, ...update } = fieldsOf(counter, amount);
      const name = nameOf(partition, sort);
      const write = {
        update: { name, ...update },
        updateMask: { fieldPaths: Object.keys(update.fields) },
        updateTransforms,
      };
      const { transformResults } = await commit({ ...write, currentDocument: { exists: true } }, signal);
      return Number(transformResults?.[0]?.integerValue);
    },
  };
}

interface WriteResult {
  readonly updateTime?: string;
  readonly transformResults?: readonly { readonly integerValue?: string }[];
}

/** https://cloud.google.com/firestore/docs/understand-error-codes */
function failureOf({ status, text }: HttpAnswer): Error {
  let code = "";
  let message = text.slice(0, 200);
  try {
    const answer = JSON.parse(text) as ErrorAnswer | ErrorAnswer[];
    const { error } = (Array.isArray(answer) ? answer[0] : answer) as ErrorAnswer;
    code = error.status;
    message = error.message;
  } catch {
    // An answer of something in between.
  }
  return serviceFailure(kindOfAnswer(status, code, message), status, code, message);
}

interface ErrorAnswer {
  readonly error: { readonly status: string; readonly message: string };
}

function kindOfAnswer(status: number, code: string, message: string): FailureKind {
  if (code === "ALREADY_EXISTS" || (code === "FAILED_PRECONDITION" && !/index/.test(message))) return "condition";
  // A document, or the database.
  if (code === "NOT_FOUND") return /database/i.test(message) && !/document/i.test(message) ? "refused" : "condition";
  if (code === "RESOURCE_EXHAUSTED" || code === "ABORTED" || status === 429) return "throttled";
  return status >= 500 ? "unsure" : "refused";
}
