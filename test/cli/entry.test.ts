import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findEntry } from "../../cli/entry.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "entry-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "project"));
writeFileSync(join(folder, "project/server.ts"), "");
symlinkSync("project", join(folder, "linked"));

test("a project behind a link is found where it is, as the bundler names its modules", () => {
  expect(findEntry(join(folder, "linked/server.ts"))).toBe(join(folder, "project/server.ts"));
});
