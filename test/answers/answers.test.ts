import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Answer, answerFlaw } from "./ask.ts";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

/** Another one each day, so that a month sees as many handlers as a long run does. */
const seed = Math.floor(Date.now() / 86_400_000);

test("every request is answered once, with its id and in time, whatever its handler does", {
  timeout: 300_000,
}, async () => {
  const args = ["--conditions=@mcp-anycloud/source", RUN, "--seed", String(seed), "--runs", "1000"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 }).catch(
    (error) => error as { stdout: string },
  );
  expect(stdout).toMatch(new RegExp(`^answers: seed ${seed}, 1000 requests, 0 flaws, [1-9]`));
});

const json = (...messages: object[]): Answer => ({ status: 200, messages });
const result = { jsonrpc: "2.0", id: 1, result: {} };
const error = { jsonrpc: "2.0", id: 2, error: { code: -32603, message: "no" } };

test("an answer to each request has no flaw, in any order", () => {
  expect(answerFlaw(json(result), [1])).toBeUndefined();
  expect(answerFlaw(json({ jsonrpc: "2.0", method: "notifications/message" }, error, result), [1, 2])).toBeUndefined();
});

test.each<[string, Answer]>([
  ["none", json()],
  ["a second one", json(result, error, result)],
  ["that of one request alone", json(result)],
  ["another id", json(result, { ...error, id: "2" })],
  ["no id", json(result, { ...error, id: null })],
  ["no result", json({ jsonrpc: "2.0", id: 1 }, error)],
  ["a result that is a list", json({ ...result, result: [] }, error)],
  ["an error without text", json(result, { ...error, error: { code: 1 } })],
  ["an error without code", json(result, { ...error, error: { message: "no" } })],
  ["a stream that was cut", { ...json(result, error), broken: "Error: torn" }],
])("%s has one", (_what, answer) => {
  expect(answerFlaw(answer, [1, 2])).toBeDefined();
});
