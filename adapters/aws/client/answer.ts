import type { Answer } from "./exchange.ts";

/**
 * What an answer of AWS's JSON protocols holds (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html). What the
 * service refused is thrown with the code as its `name`, and what is no JSON, because it is not whole or comes from
 * somebody in between, as a SyntaxError; both with the status in `$metadata`. No error repeats the text, which may be a
 * secret. The checksum that DynamoDB sends along is not looked at, as AWS's client for JavaScript does not either.
 */
export function readAnswer({ status, headers, text }: Answer): object {
  const $metadata = { httpStatusCode: status, requestId: headers["x-amzn-requestid"] };
  const found = text === "" ? {} : parse(text);
  if (!found) throw Object.assign(new SyntaxError(`AWS answered ${status} with what is no JSON`), { $metadata });
  if (status < 300) return found;
  const { __type, code, message, Message } = found;
  const name = String(__type ?? code ?? headers["x-amzn-errortype"] ?? "Unknown");
  throw Object.assign(new Error(String(message ?? Message ?? "UnknownError")), { name: nameOf(name), $metadata });
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === "object" ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** `Name`, as it may be written: `namespace#Name`, `Name:http://…`. */
const nameOf = (code: string): string => code.replace(/[,:].*$/s, "").replace(/^.*#/s, "");
