import type { Answer } from "./answer.ts";

/** A connection that ended in the middle of a response. */
export class CutResponse extends Error {}

/** Reads the HTTP/1.1 responses of a connection (RFC 9112). Throws CutResponse, and for bytes that are none. */
export function readAnswers(bytes: Buffer, isHead: boolean): Answer[] {
  const answers: Answer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf("\r\n\r\n");
    const [statusLine = "", ...lines] = rest.subarray(0, end).toString("latin1").split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    if (end < 0 || Number.isNaN(status)) throw new Error(`No HTTP response: ${rest.toString("latin1").slice(0, 200)}`);
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    rest = rest.subarray(end + 4);
    if (status < 200) continue;
    const body = isHead || status === 204 || status === 304 ? { text: "", rest } : bodyOf(rest, headers);
    rest = body.rest;
    // The parser's own has nothing but that, and no body.
    const fromParser = headers.length === 1 && headers[0]?.[0].toLowerCase() === "connection";
    answers.push({ status, headers, body: body.text, fromParser });
  }
  return answers;
}

type Body = { readonly text: string; readonly rest: Buffer };

function bodyOf(bytes: Buffer, headers: Answer["headers"]): Body {
  const value = (name: string): string | undefined => headers.find(([other]) => other.toLowerCase() === name)?.[1];
  if (value("transfer-encoding") === "chunked") return unchunked(bytes);
  const length = value("content-length");
  if (length === undefined) return { text: bytes.toString(), rest: Buffer.alloc(0) };
  if (bytes.length < Number(length)) throw new CutResponse(`A body of ${bytes.length} bytes instead of ${length}.`);
  return { text: bytes.subarray(0, Number(length)).toString(), rest: bytes.subarray(Number(length)) };
}

function unchunked(bytes: Buffer): Body {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.subarray(at, end).toString(), 16);
    if (end < 0 || Number.isNaN(size)) throw new CutResponse("A chunked body without an end.");
    if (size === 0) return { text: Buffer.concat(parts).toString(), rest: bytes.subarray(end + 4) };
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
