import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, expect, test, vi } from "vitest";
import { environmentFor, fixture, startInvoked } from "./aws/invoke-server.ts";
import { ROOT } from "./cli/project.ts";

const folder = mkdtempSync(join(tmpdir(), "smoke-hook-"));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("a deployment hook bundles runSmoke into one file, without the command line, and invokes the new version", async () => {
  const outfile = join(folder, "hook.cjs");
  const { metafile } = await build({
    stdin: {
      contents: `
        import { runSmoke } from "mcp-anycloud/smoke";
        export const handler = async ({ version }) => (await runSmoke({ lambda: version })).failure ?? "Succeeded";`,
      resolveDir: ROOT,
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    conditions: ["@mcp-anycloud/source"],
    metafile: true,
    outfile,
    logLevel: "error",
  });
  const own = Object.keys(metafile.inputs).filter((input) => input.startsWith("cli/"));
  expect(own.filter((input) => !input.startsWith("cli/smoke/"))).toEqual([]);
  await using server = await startInvoked(fixture("conformance-server"));
  for (const [name, value] of Object.entries(environmentFor(server))) vi.stubEnv(name, value);
  const { handler } = (await import(pathToFileURL(outfile).href)).default;
  expect(await handler({ version: "mcp-anycloud:live" })).toBe("Succeeded");
  expect(await handler({ version: "mcp-anycloud:7" })).toMatch(/^Lambda has no function mcp-anycloud:7 in this region/);
});
