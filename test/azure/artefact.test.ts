import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTimeSpanMs } from "../../adapters/azure/function-timeout.ts";
import { startAzureEmulator } from "../../emulators/azure/emulator.ts";
import { AnycloudError } from "../../src/index.ts";
import { type FunctionAppFiles, run, serving, writeFunctionApp } from "./function-app.ts";
import { ask } from "./raw-request.ts";

const entry = serving(`return { status: 200, headers: {}, body: "ok" };`);

async function failure(files: FunctionAppFiles, remove?: string): Promise<[string, string]> {
  const artefact = await writeFunctionApp(files);
  if (remove) await rm(join(artefact, remove));
  const started = startAzureEmulator({ artefact, port: 0 }).then((emulator) => emulator.close());
  const error: unknown = await started.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AnycloudError);
  const { code, message } = error as AnycloudError;
  expect(message).not.toContain("\n");
  return [code, message.replace(artefact, "<app>")];
}

test.each<[string, FunctionAppFiles, string | undefined, string, RegExp]>([
  ["no host.json", { entry }, "host.json", "ARTEFACT_INVALID", /host\.json is missing/],
  ["no package.json", { entry }, "package.json", "ARTEFACT_INVALID", /package\.json is missing/],
  ["a host.json that is not JSON", { entry, host: "{" }, undefined, "ARTEFACT_INVALID", /host\.json is not valid JSON/],
  ["a host.json of version 1", { entry, host: "{}" }, undefined, "ARTEFACT_INVALID", /"version": "2\.0"/],
  [
    "a functionTimeout that is none",
    { entry, host: '{"version":"2.0","functionTimeout":"10 minutes"}' },
    undefined,
    "ARTEFACT_INVALID",
    /functionTimeout/,
  ],
  ["no main", { entry, manifest: "{}" }, undefined, "ARTEFACT_INVALID", /"main"/],
  ["a main that is not there", { entry }, "index.mjs", "ARTEFACT_INVALID", /names "index\.mjs" as main/],
  [
    "an entry that throws",
    { entry: `throw new Error("no key")` },
    undefined,
    "ARTEFACT_INVALID",
    /does not load: no key/,
  ],
  [
    "an entry that exits",
    { entry: `process.exit(3)` },
    undefined,
    "INSTANCE_FAILED",
    /ended while it started \(exit code 3\)/,
  ],
  ["no function", { entry: `export {}` }, undefined, "ARTEFACT_INVALID", /registers no HTTP function/],
])("%s is said in one sentence", async (_, files, remove, code, sentence) => {
  const [seenCode, message] = await failure(files, remove);
  expect(seenCode).toBe(code);
  expect(message).toMatch(sentence);
});

test("main may be a glob, and the route prefix is api when host.json names none", async () => {
  const artefact = await writeFunctionApp({ entry, host: '{"version":"2.0"}', manifest: '{"main":"ind*.mjs"}' });
  const { url } = await run(artefact);
  expect((await ask(url, { target: "/api/mcp" })).body.toString()).toBe("ok");
  expect((await ask(url, { target: "/mcp" })).status).toBe(404);
});

test.each([
  ["00:10:00", 600_000],
  ["00:00:01.500", 1500],
  ["1.02:03:04", 93_784_000],
  ["05:00", 18_000_000],
  ["-1", Infinity],
  ["600", undefined],
  ["24:00:00", undefined],
])("%s is a time span of %s ms", (text, ms) => {
  expect(parseTimeSpanMs(text)).toBe(ms);
});
