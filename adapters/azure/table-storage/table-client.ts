import { createConnections, type HttpAnswer } from "../../shared/connections.ts";
import type { Document, DocumentTable } from "../../shared/documents/document-table.ts";
import { toPartitionName, toSortText } from "../../shared/documents/key-text.ts";
import type { FailureKind } from "../../shared/retries/retry.ts";
import { serviceFailure } from "../../shared/retries/service-failure.ts";
import { type Entity, toDocument, toEntity } from "./entity.ts";
import { entityPath, filterOf, SWEEP_SELECT, sweepFilter } from "./query-text.ts";
import { type StorageCredential, signedHeaders } from "./signature.ts";

export interface TableClientOptions {
  /** The table service of the account, such as `https://account.table.core.windows.net`. */
  readonly url: string;
  readonly table: string;
  readonly credential: StorageCredential;
}

/** The documents of a table, and a way to remove what has expired. */
export interface TableClient extends DocumentTable {
  /** Removes entities that expired before this Unix time in seconds, of those behind a partition's name; at most so many. */
  sweep(options: SweepOptions): Promise<void>;
}

interface SweepOptions {
  readonly from: string;
  readonly before: number;
  readonly most: number;
  readonly signal: AbortSignal;
}

interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: string;
  readonly body?: object;
  readonly ifMatch?: string;
}

/** Entities in an answer at most ("Query timeout and pagination"). */
const MAX_PAGE = 1_000;
const AT_A_TIME = 8;

/** Calls Azure Table Storage (https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api). */
export function createTableClient({ url, table, credential }: TableClientOptions): TableClient {
  const service = new URL(url);
  const connections = createConnections(service);
  const root = service.pathname.replace(/\/$/, "");

  async function call({ method, path, query = "", body, ifMatch }: Call, signal: AbortSignal): Promise<HttpAnswer> {
    const fullPath = `${root}/${path}`;
    const headers = {
      ...(await signedHeaders(credential, fullPath)),
      accept: "application/json;odata=minimalmetadata",
      dataserviceversion: "3.0;NetFx",
      ...(body && { "content-type": "application/json", prefer: "return-no-content" }),
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
    };
    const text = body ? toAscii(JSON.stringify(body)) : "";
    const length = { "content-length": String(Buffer.byteLength(text)) };
    const answer = await connections.send({ ...headers, ...length }, text, {
      ...{ signal, fresh: false, method },
      target: query ? `${fullPath}?${query}` : fullPath,
    });
    if (answer.status < 300) return answer;
    throw failureOf(answer);
  }

  const keyPath = (partition: string, row: string): string => entityPath(table, partition, row);

  async function readRow(partition: string, row: string, signal: AbortSignal): Promise<Document | undefined> {
    try {
      const answer = await call({ method: "GET", path: keyPath(partition, row) }, signal);
      return toDocument(JSON.parse(answer.text) as Entity, answer.headers.etag);
    } catch (error) {
      if ((error as { code?: string }).code === "ResourceNotFound") return undefined;
      throw error;
    }
  }

  async function page(query: string, signal: AbortSignal): Promise<{ entities: Entity[]; next: string | undefined }> {
    const { text, headers } = await call({ method: "GET", path: `${table}()`, query }, signal);
    const { value: entities } = JSON.parse(text) as { value: Entity[] };
    const { "x-ms-continuation-nextpartitionkey": partition, "x-ms-continuation-nextrowkey": row = "" } = headers;
    const isMore = typeof partition === "string";
    const next = new URLSearchParams({ NextPartitionKey: String(partition), NextRowKey: String(row) });
    return { entities, next: isMore ? String(next) : undefined };
  }

  return {
    read: ({ partition, sort }, signal) => readRow(toPartitionName(partition), toSortText(sort), signal),

    async write(key, fields, when, signal) {
      const [partition, row] = [toPartitionName(key.partition), toSortText(key.sort)];
      const body = toEntity(partition, row, fields);
      const path = keyPath(partition, row);
      const answer = await (when === "absent"
        ? call({ method: "POST", path: table, body }, signal)
        : call({ method: "PUT", path, body, ...(when && { ifMatch: when.tag }) }, signal));
      return String(answer.headers.etag);
    },

    async remove({ partition, sort }, signal) {
      const path = keyPath(toPartitionName(partition), toSortText(sort));
      await call({ method: "DELETE", path, ifMatch: "*" }, signal).catch((error: { code?: string }) => {
        if (error.code !== "ResourceNotFound") throw error;
      });
    },

    async query(partition, { limit, reverse, ...range }, next, signal) {
      const name = toPartitionName(partition);
      const $filter = filterOf(name, range);
      // The service orders one way only: the last ones are found by their keys, and then read.
      const isLast = reverse && limit < Number.POSITIVE_INFINITY;
      const $top = String(reverse ? MAX_PAGE : Math.min(limit, MAX_PAGE));
      const query = new URLSearchParams({ $filter, $top, ...(isLast && { $select: "RowKey" }) });
      const found = await page(`${query}${next ? `&${next}` : ""}`, signal);
      if (!reverse) return { documents: found.entities.map((entity) => toDocument(entity)), next: found.next };
      const all = [...found.entities];
      for (let more = found.next; more; ) {
        const following = await page(`${query}&${more}`, signal);
        all.push(...following.entities);
        more = following.next;
      }
      if (!isLast) return { documents: all.reverse().map((entity) => toDocument(entity)) };
      const rows = all.slice(-limit).reverse();
      const documents = await Promise.all(rows.map(({ RowKey }) => readRow(name, RowKey, signal)));
      return { documents: documents.filter((document) => document !== undefined) };
    },

    async sweep({ from, before, most, signal }) {
      const query = new URLSearchParams({
        $filter: sweepFilter(from, before),
        $select: SWEEP_SELECT,
        $top: String(most),
      });
      const { entities } = await page(String(query), signal);
      for (let start = 0; start < entities.length; start += AT_A_TIME) {
        const removed = entities
          .slice(start, start + AT_A_TIME)
          .map(({ PartitionKey, RowKey, "odata.etag": ifMatch = "*" }) =>
            // One that was written again meanwhile stays.
            call({ method: "DELETE", path: keyPath(PartitionKey, RowKey), ifMatch }, signal).catch(() => {}),
          );
        await Promise.all(removed);
      }
    },
  };
}

/** JSON without characters of several bytes, which Azurite tears where a body comes in pieces. */
const toAscii = (json: string): string =>
  json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
function failureOf({ status, text }: HttpAnswer): Error {
  let code = "";
  let message = "";
  try {
    const { "odata.error": error } = JSON.parse(text) as {
      "odata.error": { code: string; message: { value: string } };
    };
    code = error.code;
    message = error.message.value.split("\n")[0] ?? "";
  } catch {
    // An answer of something in between.
    message = text.slice(0, 200);
  }
  return serviceFailure(kindOfAnswer(status, code), status, code, message);
}

function kindOfAnswer(status: number, code: string): FailureKind {
  if (code === "EntityAlreadyExists" || code === "ResourceNotFound" || status === 412) return "condition";
  if (status === 429 || code === "ServerBusy") return "throttled";
  return status >= 500 || status === 408 ? "unsure" : "refused";
}
