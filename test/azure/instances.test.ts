import { expect, test } from "vitest";
import { readFunctionApp } from "../../emulators/azure/function-app.ts";
import { startWorker } from "../../emulators/azure/worker-instance.ts";
import { isRunning } from "../support/programs.ts";
import { rewriteFunctionApp, run, serve, serving, writeFunctionApp } from "./function-app.ts";
import { ask } from "./raw-request.ts";

const PID = `return { status: 200, headers: {}, body: String(process.pid) };`;

async function pids(url: string, count: number): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < count; i++) seen.push(Number((await ask(url)).body.toString()));
  return seen;
}

test("three instances are asked in turn", async () => {
  const { url } = await serve(PID, { instances: 3 });
  const seen = await pids(url, 6);
  expect(new Set(seen.slice(0, 3)).size).toBe(3);
  expect(seen.slice(3)).toEqual(seen.slice(0, 3));
});

test("with amnesia every request has a process of its own, and closing leaves none alive", async () => {
  const { url, close } = await serve(PID, { amnesia: true });
  const seen = await pids(url, 4);
  expect(new Set(seen).size).toBe(4);
  await expect.poll(() => seen.filter(isRunning)).toEqual([]);
  const [last = 0] = await pids(url, 1);
  await close();
  expect(isRunning(last)).toBe(false);
});

test("a request whose client left while its process started keeps no process busy", async () => {
  const { url, output } = await serve(`console.log(process.pid); ${PID}`, { amnesia: true });
  await ask(url);
  // The successor of the first request's process is still starting.
  await expect(fetch(url, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
  await ask(url);
  await expect.poll(() => output.map(Number).filter(isRunning)).toEqual([]);
});

test("one instance takes sixteen requests at a time, the seventeenth starts another", async () => {
  const { url, output } = await serve(`
    if (request.url === "/wait") { console.log("waits"); await new Promise(() => {}); }
    ${PID}`);
  const [first] = await pids(url, 1);
  // One after the other they need no second instance, however many they are.
  expect(new Set(await pids(url, 20))).toEqual(new Set([first]));
  for (let i = 0; i < 16; i++) ask(url, { target: "/wait" }).catch(() => "broken when the emulator closes");
  await expect.poll(() => output.length).toBe(16);
  expect((await pids(url, 1))[0]).not.toBe(first);
});

test("closing ends an instance that is busy", async () => {
  const { url, output, close } = await serve(`console.log(process.pid); return new Promise(() => {});`, {
    timeScale: 1 / 50,
  });
  const asked = ask(url).catch(() => "broken");
  await expect.poll(() => output.length).toBe(1);
  await close();
  expect(await asked).toBe("broken");
  expect(isRunning(Number(output[0]))).toBe(false);
});

const HANGING = "console.log(process.pid); await new Promise(() => {});";

test("closing ends an instance whose app never loads", async () => {
  const artefact = await writeFunctionApp({ entry: serving(PID) });
  const { output, reload, close } = await run(artefact);
  await rewriteFunctionApp(artefact, { entry: HANGING });
  const reloaded = reload().catch((error: Error) => error.message);
  await expect.poll(() => output.length).toBe(1);
  await close();
  expect(await reloaded).toContain("ended while it started (SIGKILL)");
  expect(isRunning(Number(output[0]))).toBe(false);
});

test("an app that never loads is given up, and ended", async () => {
  const artefact = await writeFunctionApp({ entry: HANGING });
  const app = await readFunctionApp(artefact, {});
  const output: string[] = [];
  const onOutput = (line: string): void => void output.push(line);
  const { signal } = new AbortController();
  await expect(startWorker({ app, environment: {}, signal, onOutput, limitMs: 1_000 })).rejects.toThrow(
    `The function app in ${artefact} does not load within 1 s: look for what it waits for.`,
  );
  expect(output.map(Number).filter(isRunning)).toEqual([]);
});

test("an instance that crashes fails its requests and is replaced", async () => {
  const { url } = await serve(`
    if (request.url === "/crash") process.exit(7);
    async function* body() { yield "."; await pause(50); process.exit(7); }
    if (request.url === "/crash-late") return { status: 200, headers: {}, body: body() };
    ${PID}`);
  const [before] = await pids(url, 1);
  expect((await ask(url, { target: "/crash" })).status).toBe(500);
  const [after] = await pids(url, 1);
  expect(after).not.toBe(before);
  await expect(ask(url, { target: "/crash-late" })).rejects.toThrow(/aborted|ECONNRESET/);
});

test("reload serves what is in the folder now, and requests in flight finish on the old", async () => {
  const artefact = await writeFunctionApp({
    entry: serving(`await pause(Number(request.url.slice(1))); return { status: 200, headers: {}, body: "old" };`),
  });
  const { url, reload } = await run(artefact);
  const inFlight = ask(url, { target: "/1500" });
  await ask(url, { target: "/0" });
  await rewriteFunctionApp(artefact, { entry: serving(`return { status: 200, headers: {}, body: "new" };`) });
  await reload();
  expect((await ask(url)).body.toString()).toBe("new");
  expect((await inFlight).body.toString()).toBe("old");
});
