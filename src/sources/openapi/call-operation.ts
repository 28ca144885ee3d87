import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { toToolError } from "../forwarding/result.ts";
import { withoutSecrets } from "../forwarding/without-secrets.ts";
import { buildRequest, InvalidArguments } from "./build-request.ts";
import { isJsonType } from "./media-types.ts";
import type { Operation } from "./operation.ts";

export interface CallOptions {
  readonly baseUrl: URL;
  /** Headers of the deployment, such as its token. */
  readonly headers: Readonly<Record<string, string>>;
  /** A key that the API takes in its query. */
  readonly query: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** The deployment's, which no caller is told. */
  readonly secrets: () => readonly string[];
}

/** Characters of an API's error that a model is told. */
const MAX_ERROR = 2_000;

/** Calls an operation, and makes a tool's result of the answer. Never throws. */
export async function callOperation(operation: Operation, args: JsonObject, options: CallOptions): Promise<JsonObject> {
  try {
    const { url, headers, body } = buildRequest(operation, args, options.baseUrl);
    for (const [name, value] of Object.entries(options.query)) url.searchParams.set(name, value);
    const response = await options.fetch(url, {
      method: operation.method,
      // The deployment's headers come last, so that no argument of a caller replaces its token.
      headers: { ...headers, ...options.headers },
      ...(body !== undefined && { body }),
      // A redirect could lead anywhere, with the token.
      redirect: "manual",
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
    });
    return withoutSecrets(await toToolResult(operation, response, options), options.secrets());
  } catch (error) {
    if (error instanceof InvalidArguments) return toToolError(error.message);
    const isLate = (error as Error)?.name === "TimeoutError";
    return toToolError(
      isLate ? `The API did not answer within ${options.timeoutMs / 1000} s.` : "The API could not be reached.",
    );
  }
}

async function toToolResult(operation: Operation, response: Response, options: CallOptions): Promise<JsonObject> {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "";
  const { bytes, cut } = await read(response, options.maxBytes);
  if (status >= 300 && status < 400)
    return toToolError(`The API answered with a redirect (${status}), which is not followed.`);
  const image = /^(image|audio)\/[\w.+-]+/.exec(type);
  if (status < 400 && image && !cut) {
    return { content: [{ type: image[1], data: bytes.toString("base64"), mimeType: image[0] }] };
  }
  if (bytes.length > 0 && !isJsonType(type) && !/^text\/|json|xml|yaml|javascript|^$/.test(type)) {
    return {
      content: [
        {
          type: "text",
          text: `The API answered with ${cut ? "more than " : ""}${bytes.length} bytes of ${type.slice(0, 100)}.`,
        },
      ],
    };
  }
  const text = decoded(bytes, type);
  if (status >= 400) return toToolError(`The API answered with ${status}: ${text.slice(0, MAX_ERROR)}`.trim());
  if (cut === "large")
    return toToolError(`The answer is larger than ${options.maxBytes} bytes: ask for less of it. It begins: ${text}`);
  if (cut === "late") return toToolError(`The answer did not end in time: ask for less of it. It begins: ${text}`);
  const structured = isJsonType(type) ? parsedObject(text) : undefined;
  if (operation.tool.outputSchema && !structured)
    return toToolError(`The API answered with ${status} and no JSON object: ${text.slice(0, MAX_ERROR)}`.trim());
  const next = nextPage(operation, headers.get("link"), options.baseUrl);
  return {
    content: [{ type: "text", text: text || `Done (${status}).` }, ...(next ? [{ type: "text", text: next }] : [])],
    ...(structured && operation.tool.outputSchema !== undefined && { structuredContent: structured }),
  };
}

interface ReadBody {
  readonly bytes: Buffer;
  /** Why the rest was not read; absent where there is none. */
  readonly cut?: "large" | "late";
}

/** At most so many bytes of a body, as far as they come in time. */
async function read(response: Response, maxBytes: number): Promise<ReadBody> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), cut: "large" };
    }
  } catch (error) {
    // A stream of events, for one, may never end.
    if ((error as Error)?.name !== "TimeoutError" || length === 0) throw error;
    return { bytes: Buffer.concat(chunks), cut: "late" };
  }
  return { bytes: Buffer.concat(chunks) };
}

/** The text of an answer, in the encoding that its type names; in UTF-8 where it names none that is known. */
function decoded(bytes: Buffer, type: string): string {
  try {
    return new TextDecoder(/\bcharset="?([\w-]+)/i.exec(type)?.[1]).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How to ask for the next page, where the API links to one (RFC 8288): the arguments that it names, and nothing else of it. */
function nextPage({ parameters, tool }: Operation, link: string | null, baseUrl: URL): string | undefined {
  const [, address] = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? "") ?? [];
  const url = address === undefined ? null : URL.parse(address, baseUrl);
  if (!url) return undefined;
  const named = parameters.filter(({ in: place, name }) => place === "query" && url.searchParams.has(name));
  const args = named.map(({ argument, name }) => [argument, url.searchParams.get(name)?.slice(0, 200)]);
  return args.length > 0
    ? `There is a next page: call ${tool.name} with ${JSON.stringify(Object.fromEntries(args))}.`
    : undefined;
}
