import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildTarget } from "../../cli/build/build-target.ts";
import { ROOT } from "../cli/project.ts";
import { readDockerfile } from "../gcp/dockerfile.ts";

const folder = mkdtempSync(join(tmpdir(), "container-"));
beforeAll(() =>
  buildTarget({ platform: "container", entry: join(ROOT, "examples/greeter/server.ts"), outDir: folder }),
);
afterAll(() => rmSync(folder, { recursive: true }));

test("the Dockerfile names a digest, a user by number, and every file of the artefact", () => {
  const { base, user, copied, command, environment } = readDockerfile(join(folder, "Dockerfile"));
  expect(base).toMatch(/^node:24\.\d+\.\d+-trixie-slim@sha256:[0-9a-f]{64}$/);
  expect(user).toBe("1000:1000");
  expect(command).toEqual(["node", "server.mjs"]);
  expect(environment.NODE_ENV).toBe("production");
  const files = readdirSync(folder).filter((name) => name !== "Dockerfile");
  expect(copied.toSorted()).toEqual(files.sort());
});

test("one image finds its state on every cloud", () => {
  const files = readdirSync(folder);
  expect(files).toEqual(expect.arrayContaining(["aws-client.cjs", "azure-table.cjs", "firestore.cjs", "redis.cjs"]));
  const bundle = readFileSync(join(folder, "index.mjs"), "utf8");
  for (const setting of ["TABLE", "STORAGE_TABLE", "FIRESTORE_DATABASE", "REDIS_URL"])
    expect(bundle).toContain(`MCP_ANYCLOUD_${setting}`);
  // A platform that gives a container more time to end says so by this variable.
  expect(bundle).toContain("MCP_ANYCLOUD_SHUTDOWN_SECONDS");
  // The Functions Framework reads this variable; an image starts without it.
  expect(bundle).not.toContain("FUNCTION_TARGET");
});
