import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkEntry } from "../../cli/build/start/check-entry.ts";

const folder = mkdtempSync(join(tmpdir(), "entry-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.concurrent.each<[source: string, sentence: string]>([
  ["console.error('Set KEY.\\n'); process.exit(1);", 'it ended (exit code 1), and said "Set KEY.".'],
  ["process.stdout.write('bye'); process.exit(0);", 'it ended (exit code 0), and said "bye".'],
  ["process.exit(3);", "it ended (exit code 3)."],
  ["console.log('x'.repeat(5000)); process.exit(1);", `and said "${"x".repeat(300)}".`],
  [
    "setTimeout(() => { throw new TypeError('late'); }); await new Promise((r) => setTimeout(r, 60000));",
    'it ended (exit code 1), and said "TypeError: late".',
  ],
  [
    "throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });",
    ": fetch failed, because connect ECONNREFUSED",
  ],
  [
    "throw new AggregateError([new Error('no ::1'), new Error('no 127.0.0.1')], '');",
    "AggregateError: no ::1; no 127.0.0.1",
  ],
  ["throw Object.assign(Object.create(null), { status: 7 });", "thrown: [Object: null prototype] { status: 7 }"],
  ["throw Object.assign(new Error(), { name: 1, message: { code: 7 }, stack: [] });", ": 1: { code: 7 }"],
  ["throw new Error('x'.repeat(100000));", ` Error: ${"x".repeat(1000)} (`],
  ["await new Promise(() => {});", "it awaits a promise that nothing settles."],
])("%s is told in one sentence", async (source, sentence) => {
  const bundle = join(folder, `${createHash("sha1").update(source).digest("hex")}.mjs`);
  writeFileSync(bundle, source);
  const check = checkEntry({ entry: join(folder, "server.ts"), bundle, environment: {} });
  await expect(check).rejects.toMatchObject({
    code: "BUILD_FAILED",
    message: expect.stringMatching(/^\S*server\.ts does not load: [^\n]*$/),
  });
  await expect(check).rejects.toThrow(sentence);
});
