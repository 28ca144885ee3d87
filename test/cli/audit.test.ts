import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readStateKeys } from "../../src/adapter.ts";
import { type AuditRecord, createMcpEndpoint } from "../../src/index.ts";
import { createV2Tools } from "../security/tool-servers.ts";
import { callerOf, legacyRequest, textOf } from "../support/messages.ts";
import { createProject } from "./project.ts";
import { type CliResult, runCli } from "./run-cli.ts";

const project = createProject();
afterAll(() => project.remove());

const MCP_ANYCLOUD_STATE_KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const stateKeys = readStateKeys(MCP_ANYCLOUD_STATE_KEYS) ?? [];

/** Lines of the audit log of an instance that served three calls. */
async function logOf(name = "fail"): Promise<string[]> {
  const lines: string[] = [];
  const audit = (record: AuditRecord): void => void lines.push(JSON.stringify(record));
  const call = callerOf(
    createMcpEndpoint({ createServer: () => createV2Tools([]), audit }, { logLevel: "silent", stateKeys }),
  );
  for (let count = 0; count < 3; count++) await textOf(await call(legacyRequest("tools/call", { name })));
  return lines;
}

function verify(logs: ReadonlyArray<readonly string[]>, environment = { MCP_ANYCLOUD_STATE_KEYS }): Promise<CliResult> {
  const files = logs.map((lines, index) => {
    const file = join(project.folder, `${index}.log`);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    return file;
  });
  return runCli(["audit", "verify", ...files], { environment });
}

test("a whole log passes, in one file or in two; a part of it passes and says so", async () => {
  const lines = await logOf();
  const whole = await verify([["START", ...lines]]);
  expect(whole).toMatchObject({ code: 0, stderr: "" });
  expect(whole.stdout).toMatch(
    /^signed records: 3; chains: 1; repeated lines: 0; other lines: 1\nchain .*: records 1 to 3\n$/,
  );
  expect(await verify([lines.slice(0, 1), lines.slice(1)])).toMatchObject({ code: 0 });
  const part = await verify([lines.slice(1)]);
  expect(part.code).toBe(0);
  expect(part.stdout).toContain("records 2 to 3; 1 to 1 are not in this log");
});

test("a record with a character that other readers end a line at is whole", async () => {
  const lines = await logOf("a\u2028b\u2029c\u0085d");
  expect(lines.join()).toContain("\u2028");
  expect((await verify([lines])).stdout).toMatch(/^signed records: 3; chains: 1; repeated lines: 0; other lines: 0\n/);
});

test("a log that was changed fails with the line", async () => {
  const lines = await logOf();
  const { code, stdout, stderr } = await verify([[lines[0] ?? "", lines[2] ?? ""]]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "The audit log is not as it was written: 1 problem.\n" });
  expect(stdout).toMatch(/line 2: a record of chain .* before this one \(3\) is missing\n$/);
});

test("a log without records, a file that is not there, and keys that are not valid fail with a sentence", async () => {
  expect(await verify([["nothing"]])).toMatchObject({
    code: 1,
    stderr: "There is no signed audit record: nothing was proven.\n",
  });
  const gone = await runCli(["audit", "verify", "gone.log"], { environment: { MCP_ANYCLOUD_STATE_KEYS } });
  expect(gone).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no file gone.log: name an exported log"),
  });
  expect(await verify([[]], { MCP_ANYCLOUD_STATE_KEYS: "canary" })).toMatchObject({
    code: 2,
    stderr: expect.not.stringContaining("canary"),
  });
});
