import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createDynamodbStore } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import { type LocalTable, startKeptTable } from "../../emulators/local-table.ts";
import { scanTable } from "../../emulators/local-table-client.ts";
import { standInCredentials } from "../store/engines.ts";

/** A folder that does not exist yet, in one that is removed after the test. */
function tableFolder(): string {
  const project = mkdtempSync(join(tmpdir(), "local-table-"));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  return join(project, "table");
}

const open = async (folder: string): Promise<LocalTable> =>
  (await startKeptTable({ folder, reset: false })) ?? expect.unreachable("The folder is locked.");

const sortKeys = async (table: LocalTable): Promise<Array<string | undefined>> =>
  (await Array.fromAsync(scanTable(table))).map((item) => item.sk?.S).sort();

test("a table that is kept has its items after a kill, without those that have expired", async () => {
  const folder = tableFolder();
  const first = await open(folder);
  standInCredentials();
  const store = createDynamodbStore({ table: first.table, endpoint: first.url, region: "us-east-1" });
  const now = Math.floor(Date.now() / 1000);
  const put = (sort: string, expiresAt: number) => store.put({ partition: "p", sort, value: sort, expiresAt });
  await put("kept", now + 3_600);
  await put("expired", now + 1);
  expect(await sortKeys(first)).toEqual(["expired", "kept"]);
  // It ends with SIGKILL.
  await first.close();

  while (Date.now() / 1000 < now + 2) await new Promise((resolve) => setTimeout(resolve, 100));
  const second = await open(folder);
  try {
    await expect.poll(() => sortKeys(second)).toEqual(["kept"]);
  } finally {
    await second.close();
  }
});

test("a folder has one table at a time", async () => {
  const folder = tableFolder();
  const first = await open(folder);
  try {
    expect(await startKeptTable({ folder, reset: true })).toBeUndefined();
    expect(await sortKeys(first)).toEqual([]);
  } finally {
    await first.close();
  }
});

test("of several that start at once in a folder, one has the table, and the others are told so", async () => {
  const folder = tableFolder();
  const started = await Promise.all(Array.from({ length: 8 }, () => startKeptTable({ folder, reset: false })));
  const tables = started.filter((table) => table !== undefined);
  try {
    expect(tables).toHaveLength(1);
  } finally {
    await Promise.all(tables.map((table) => table.close()));
  }
});
