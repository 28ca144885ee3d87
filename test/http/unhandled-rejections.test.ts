import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const SOURCE = fileURLToPath(new URL("../../src/http/", import.meta.url));

/** Runs a module that knows both functions, and tells how its process ended. */
async function run(
  lines: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const source = `
    const { containUnhandledRejections } = await import(${JSON.stringify(`${SOURCE}unhandled-rejections.ts`)});
    const { servedRequest } = await import(${JSON.stringify(`${SOURCE}served-request.ts`)});
    const request = { requestId: "r-1", logFields: { mcpMethod: "tools/call", mcpName: "leave" } };
    const rejectLater = () => setTimeout(() => Promise.reject(new Error("nobody waits")), 5);
    ${lines}
    setTimeout(() => console.log("alive"), 50);`;
  const node = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
  return node.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error) => error as { code: number; stdout: string; stderr: string },
  );
}

test("a rejection in the code of a request is logged, and the process lives", async () => {
  const { code, stdout, stderr } = await run(`
    process.on("unhandledRejection", () => process.exit(128));
    containUnhandledRejections(process.listeners("unhandledRejection"));
    containUnhandledRejections(process.listeners("unhandledRejection"));
    servedRequest.run(request, rejectLater);`);
  expect([code, stdout.trim()]).toEqual([0, "alive"]);
  expect(stderr).toMatch(/^request r-1 \(tools\/call "leave"\): an error that nobody handled: Error: nobody waits/);
});

test("one of no request ends the process, as Node.js does", async () => {
  const { code, stdout, stderr } = await run("containUnhandledRejections(); rejectLater();");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("Error: nobody waits");
});

test("and as the listeners of the platform or the author want it, where there are any", async () => {
  const platform = await run(`
    process.on("unhandledRejection", () => process.exit(128));
    containUnhandledRejections(process.listeners("unhandledRejection"));
    rejectLater();`);
  expect(platform.code).toBe(128);
  const author = await run(`
    process.on("unhandledRejection", ({ message }) => console.log("heard", message));
    containUnhandledRejections();
    rejectLater();`);
  expect([author.code, author.stdout]).toEqual([0, "heard nobody waits\nalive\n"]);
});

test("a value that fails when it is printed is no second failure", async () => {
  const { code, stdout, stderr } = await run(`
    containUnhandledRejections();
    const unprintable = { [Symbol.for("nodejs.util.inspect.custom")]() { throw null; } };
    servedRequest.run(request, () => void Promise.reject(unprintable));`);
  expect([code, stdout.trim()]).toEqual([0, "alive"]);
  expect(stderr).toContain("a value that cannot be printed");
});

test("a method that a caller made up begins no line of its own", async () => {
  const { stderr } = await run(`
    containUnhandledRejections();
    request.logFields.mcpMethod = "a\\nrequest r-2 (forged";
    servedRequest.run(request, rejectLater);`);
  expect(stderr).toMatch(/^request r-1 \(a\\nrequest r-2 \(forged "leave"\): /);
});
