import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isRunning } from "../support/programs.ts";
import { FORMS, startService, temporaryFolder } from "./service.ts";

describe("a service that does not start", () => {
  function artefact(files: Record<string, string>): { readonly path: string } & Disposable {
    const broken = temporaryFolder();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(broken.path, name), text);
    return broken;
  }
  async function reason(path: string, options: Parameters<typeof startService>[1] = {}): Promise<unknown> {
    return startService(path, options).then(
      (service) => service.close(),
      (error: unknown) => error,
    );
  }

  test.each(FORMS)("for want of its entry says which is missing, as %s", async (form) => {
    using empty = artefact({});
    const entry = form === "container" ? "server.mjs" : "index.mjs";
    expect(await reason(empty.path, { form })).toMatchObject({
      code: "ARTEFACT_INVALID",
      message: expect.stringContaining(`${entry} is missing`),
    });
  });

  test.each(FORMS)("because it throws says what it threw, as %s", async (form) => {
    const text = `throw new TypeError("no such notebook");`;
    using broken = artefact({ "server.mjs": text, "index.mjs": text, "package.json": '{ "main": "index.mjs" }' });
    expect(await reason(broken.path, { form })).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringContaining("no such notebook"),
    });
  });

  test("because it exports no function says so", async () => {
    using broken = artefact({ "index.mjs": "export const other = 1;", "package.json": '{ "main": "index.mjs" }' });
    expect(await reason(broken.path, { form: "function" })).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringContaining("Function 'mcp' is not defined"),
    });
  });

  test("because it never listens is ended, and says so", async () => {
    using silent = artefact({ "server.mjs": `console.log(process.pid); setInterval(() => {}, 1e6);` });
    const lines: string[] = [];
    const options = { timeScale: 0.005, onOutput: (line: string) => void lines.push(line) };
    expect(await reason(silent.path, options)).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringMatching(/did not listen on PORT \d+ within 1.2 s/),
    });
    expect(lines.map(Number).filter(isRunning)).toEqual([]);
  });
});
