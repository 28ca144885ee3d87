import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "./project.ts";

const folder = mkdtempSync(join(tmpdir(), "disks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Gives a process mounts of its own, which end with it: as root, or as root of a namespace of its own. */
const UNSHARE = [["--mount"], ["--mount", "--map-root-user"]].find((options) => {
  try {
    execFileSync("unshare", [...options, "mount", "-t", "tmpfs", "none", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});
const NO_MOUNTS = "this machine gives a process no mounts of its own (unshare --mount)";

const PROJECT = `mkdir node_modules &&
echo '{ "name": "mine", "type": "module" }' > package.json &&
echo 'export default { fetch: async () => new Response() };' > server.js`;

const FILL = "dd if=/dev/zero of=fill bs=4k 2>/dev/null || true";
const VERBS = join(ROOT, "test/cli/run-verbs.ts");

/** Runs a program in a project on a disk of 1 MB, of which a shell makes something else before. Returns the lines that it says. */
async function onDisk(makeDisk: string, program: readonly string[], after = ""): Promise<string[]> {
  const node = [process.execPath, "--conditions=@mcp-anycloud/source", ...program];
  const script = `set -e; mount -t tmpfs -o size=1m none "$1"; cd "$1"; ${PROJECT}; ${makeDisk}; shift; "$@" >/dev/null; ${after}`;
  const args = [...(UNSHARE ?? []), "sh", "-c", script, "sh", folder, ...node];
  const { MCP_ANYCLOUD_DEBUG: _debug, ...env } = process.env;
  const { stdout, stderr } = await promisify(execFile)("unshare", args, { env });
  return [...stderr.split("\n"), ...stdout.split("\n")].filter((line) => line !== "");
}

test("each verb says in one sentence that a disk is read-only", async ({ skip }) => {
  if (!UNSHARE) return skip(NO_MOUNTS);
  const verbs = [
    ["build", "--target", "gcp"],
    ["build", "--stdio", "some-package"],
    ["dev", "--stdio", "some-package"],
    ["init", "--yes"],
    ["init", "new", "--yes"],
  ];
  const why = "because it lies on a disk that is read-only: work in another folder.";
  expect(await onDisk('mount -o remount,ro "$PWD"', [VERBS, JSON.stringify(verbs)])).toEqual([
    `dist/source-maps/gcp/index.mjs.map cannot be written, ${why}`,
    `node_modules/.mcp-anycloud/stdio/6ccc259aee57/server.mjs cannot be written, ${why}`,
    `node_modules/.mcp-anycloud/stdio/6ccc259aee57/server.mjs cannot be written, ${why}`,
    `package.json cannot be written, ${why}`,
    `new/package.json cannot be written, ${why}`,
  ]);
});

test("each verb says in one sentence that a disk is full, and leaves what was there", async ({ skip }) => {
  if (!UNSHARE) return skip(NO_MOUNTS);
  const verbs = [
    ["init", "--yes"],
    ["build", "--target", "gcp"],
    ["build", "--stdio", "some-package"],
  ];
  const why = "because the disk is full: make room.";
  expect(await onDisk(FILL, [VERBS, JSON.stringify(verbs)], "ls; cat package.json")).toEqual([
    `package.json cannot be written, ${why}`,
    `dist/source-maps/gcp/index.mjs.map cannot be written, ${why}`,
    `node_modules/.mcp-anycloud/stdio/6ccc259aee57/server.mjs cannot be written, ${why}`,
    "dist",
    "fill",
    "node_modules",
    "package.json",
    "server.js",
    '{ "name": "mine", "type": "module" }',
  ]);
});

test("a full disk is no reason to remove the state of dev", async ({ skip }) => {
  if (!UNSHARE) return skip(NO_MOUNTS);
  const module = JSON.stringify(join(ROOT, "emulators/local-table.ts"));
  const program = `const { startKeptTable } = await import(${module});
    await startKeptTable({ folder: "table", reset: false }).catch(({ message }) => console.error(message));`;
  expect(await onDisk(FILL, ["--input-type=module", "--eval", program])).toEqual([
    "The files of the local table in table cannot be written, because the disk is full or yours to read only: make room, or run dev with --no-store.",
  ]);
});
