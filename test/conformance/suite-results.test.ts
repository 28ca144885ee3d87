import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSuiteResults } from "./suite-results.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcp-conformance-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Leaves what the suite leaves behind for one scenario; no checks stand for a scenario that threw. */
async function leave(scenario: string, checks?: ReadonlyArray<Record<string, string>> | string): Promise<void> {
  const result = join(folder, `server-${scenario}-2026-11-23T23-50-31-691Z`);
  await mkdir(result);
  if (checks)
    await writeFile(join(result, "checks.json"), typeof checks === "string" ? checks : JSON.stringify(checks));
}

test("a scenario passes with warnings and fails with any failure", async () => {
  await leave("tools-list", [{ id: "tools-list", status: "SUCCESS" }]);
  await leave("json-schema-2020-12", [
    { id: "a", status: "SUCCESS" },
    { id: "b", status: "WARNING", errorMessage: "Not so nice" },
  ]);
  await leave("ping", [
    { id: "a", status: "SUCCESS" },
    { id: "b", status: "FAILURE", errorMessage: "No answer" },
  ]);
  expect(await readSuiteResults(folder)).toEqual(
    expect.arrayContaining([
      { scenario: "tools-list", outcome: "passed" },
      { scenario: "json-schema-2020-12", outcome: "passed" },
      { scenario: "ping", outcome: "failed", problem: "No answer" },
    ]),
  );
});

test("a scenario without a successful check was skipped", async () => {
  await leave("server-session-lifecycle", [{ id: "skipped", status: "INFO", description: "Server is stateless" }]);
  expect(await readSuiteResults(folder)).toEqual([
    {
      scenario: "server-session-lifecycle",
      outcome: "skipped",
      problem: "Nothing was checked: Server is stateless",
    },
  ]);
});

test("a scenario that the suite gave up waiting for has timed out", async () => {
  await leave("ping", [
    { id: "scenario-timeout", status: "FAILURE", description: "Must finish", errorMessage: "Did not" },
  ]);
  expect(await readSuiteResults(folder)).toEqual([{ scenario: "ping", outcome: "timed out", problem: "Did not" }]);
});

test("a scenario without a result has failed", async () => {
  await leave("ping");
  expect(await readSuiteResults(folder)).toMatchObject([{ scenario: "ping", outcome: "failed" }]);
});

test("a result that cannot be read is not taken for a passed one", async () => {
  await leave("ping", '{"checks": []}');
  await expect(readSuiteResults(folder)).rejects.toThrow();
});
