import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Answer, flaws } from "./answer.ts";
import { growth } from "./growth.ts";
import { readAnswers } from "./http-answers.ts";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));
const FLAGS = ["--expose-gc", "--conditions=@mcp-anycloud/source"];

/** Another one each day, so that a year sees as many requests as two long runs do. */
const seed = Math.floor(Date.now() / 86_400_000);

test("every adapter gives a valid answer to every request, and keeps nothing of it", { timeout: 300_000 }, async () => {
  const run = promisify(execFile)(process.execPath, [...FLAGS, RUN, "--seed", String(seed), "--runs", "3000"]);
  const { stdout } = await run.catch((error) => error as { stdout: string });
  expect(stdout).toContain(`fuzz: seed ${seed}, 3000 requests, 0 violations, memory steady`);
  // Each adapter was reached, and answered.
  for (const arm of ["aws, REST API", "aws, Function URL", "azure", "gcp, function", "gcp, container"]) {
    expect(stdout).toMatch(new RegExp(`^${arm}: .*"200":\\d+,.*"400":\\d+`, "m"));
  }
});

const JSON_TYPE = [["content-type", "application/json"]] as const;
const error = '{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"},"id":null}';
const sound: Answer = { status: 400, headers: JSON_TYPE, body: error };
const stream = (body: string): Answer => ({ status: 200, headers: [["content-type", "text/event-stream"]], body });

test.each<[string, Answer]>([
  ["an error", sound],
  ["a result", { ...sound, status: 200, body: '{"jsonrpc":"2.0","id":1,"result":{}}' }],
  ["nothing", { status: 202, headers: [], body: "" }],
  ["an outage", { ...sound, status: 503, headers: [...JSON_TYPE, ["retry-after", "2"]] }],
  ["a stream", stream(`: beat\n\nid: 1\ndata: \n\nretry: 5\n\ndata: ${error}\n\n`)],
  ["the parser's word", { status: 400, headers: [["Connection", "close"]], body: "", fromParser: true }],
])("%s has no flaw", (_what, answer) => {
  expect([...flaws(answer)]).toEqual([]);
});

test.each<[string, Answer]>([
  ["a 500", { ...sound, status: 500 }],
  ["an outage that says not how long", { ...sound, status: 503 }],
  ["a 429 that says not how long", { ...sound, status: 429 }],
  ["a 401 without challenge", { ...sound, status: 401 }],
  ["a 405 without Allow", { ...sound, status: 405 }],
  ["a status that is none", { ...sound, status: 700 }],
  ["a header name that is none", { ...sound, headers: [...JSON_TYPE, ["x y", "1"]] }],
  ["a header value that breaks the line", { ...sound, headers: [...JSON_TYPE, ["x", "1\r\nset-cookie: a=1"]] }],
  ["a page", { ...sound, headers: [["content-type", "text/html"]], body: "<p>" }],
  ["half a body", { ...sound, body: error.slice(0, -1) }],
  ["an error without code", { ...sound, body: '{"jsonrpc":"2.0","error":{"message":"no"},"id":null}' }],
  ["an id that is none", { ...sound, body: error.replace("null", "{}") }],
  ["a result for nobody", { ...sound, status: 200, body: '{"jsonrpc":"2.0","id":null,"result":{}}' }],
  ["half a stream", stream(`data: ${error}\n`)],
  ["an event that is no JSON", stream("data: {\n\n")],
  ["a stream of something else", stream("hello\n\n")],
])("%s has one", (_what, answer) => {
  expect([...flaws(answer)]).not.toEqual([]);
});

test("memory that grows is told from memory that does not", () => {
  const heap = (...mebibytes: number[]): number[] => mebibytes.map((size) => size * 1_048_576);
  expect(growth(heap(50, 51, 50, 52, 51, 52)).grew).toBe(false);
  expect(growth(heap(50, 55, 60, 65, 70, 75)).grew).toBe(true);
  // One collection that came late is no growth.
  expect(growth(heap(50, 50, 50, 50, 50, 50, 50, 50, 90)).grew).toBe(false);
  expect(growth([])).toMatchObject({ grew: false, summary: expect.stringContaining("not measured") });
});

test("answers on one connection are told apart, and bytes that are none are no answer", () => {
  const plain = "HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok";
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  const read = (text: string): Array<[number, string]> =>
    readAnswers(Buffer.from(text), false).map(({ status, body }) => [status, body]);
  expect(read(`HTTP/1.1 100 Continue\r\n\r\n${plain}${chunked}`)).toEqual([
    [202, "ok"],
    [200, "abc"],
  ]);
  for (const broken of ["hello", plain.slice(0, -1), chunked.slice(0, -10)]) expect(() => read(broken)).toThrow();
});
