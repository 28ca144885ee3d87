import { once } from "node:events";
import { expect, test } from "vitest";
import { HOST_JSON, run, serve, serving, writeFunctionApp } from "./function-app.ts";
import { ask, open } from "./raw-request.ts";

/** 230 seconds become 1.15. */
const QUICK = 1 / 200;

test("silence until the idle limit is a 502, and the invocation runs on", async () => {
  const { url, output } = await serve(
    `console.log("began"); await pause(3000); console.log("finished"); return { status: 200, headers: {} };`,
    { timeScale: QUICK },
  );
  expect((await ask(url)).status).toBe(502);
  expect(output).toEqual(["began"]);
  await expect.poll(() => output).toEqual(["began", "finished"]);
});

test("a stream that falls silent is cut at the idle limit, one that does not is not", async () => {
  const { url } = await serve(
    `async function* body() { for (let i = 0; i < 8; i++) { yield "."; await pause(request.url === "/live" ? 300 : i * 1500); } }
     return { status: 200, headers: {}, body: body() };`,
    { timeScale: QUICK * 2 },
  );
  expect((await ask(url, { target: "/live" })).body.toString()).toBe("........");
  await expect(ask(url, { target: "/silent" })).rejects.toThrow(/aborted|ECONNRESET/);
});

const withTimeout = (functionTimeout: string): string => JSON.stringify({ ...HOST_JSON, functionTimeout });

test("functionTimeout ends the worker; the next request finds another", async () => {
  const entry = serving(`
    if (request.url === "/pid") return { status: 200, headers: {}, body: String(process.pid) };
    async function* body() { for (;;) { yield "."; await pause(100); } }
    if (request.url === "/stream") return { status: 200, headers: {}, body: body() };
    return new Promise(() => {});`);
  const artefact = await writeFunctionApp({ entry, host: withTimeout("00:00:02") });
  const { url, output } = await run(artefact);
  const pid = async (): Promise<string> => (await ask(url, { target: "/pid" })).body.toString();
  const first = await pid();
  expect((await ask(url, { target: "/never" })).status).toBe(500);
  expect(output).toContain("A function timeout has occurred. Restarting worker process.");
  expect(await pid()).not.toBe(first);
  await expect(ask(url, { target: "/stream" })).rejects.toThrow(/aborted|ECONNRESET/);
});

test("the deadline leaves time to end a stream before functionTimeout", async () => {
  const entry = serving(`
    async function* body() { yield "a"; await new Promise((resolve) => invocation.deadline.addEventListener("abort", resolve)); yield "z"; }
    return { status: 200, headers: {}, body: body() };`);
  const artefact = await writeFunctionApp({ entry, host: withTimeout("00:03:20") });
  const { url } = await run(artefact, { timeScale: 1 / 50 });
  expect((await ask(url)).body.toString()).toBe("az");
});

test("a client that goes away is not seen, and the invocation finishes", async () => {
  const { url, output } = await serve(`
    async function* body() { try { for (let i = 0; i < 20; i++) { yield "."; await pause(50); } console.log("whole"); } finally { console.log("ended"); } }
    return { status: 200, headers: {}, body: body() };`);
  const answer = await open(url, {});
  await once(answer, "data");
  answer.destroy();
  await expect.poll(() => output).toEqual(["whole", "ended"]);
});

test("work after the response goes on, also when the instance is taken away", async () => {
  const { url, output, reload } = await serve(`
    invocation.waitUntil(pause(700).then(() => console.log("done")));
    invocation.waitUntil(pause(50).then(() => { throw new Error("no luck"); }));
    return { status: 202, headers: {} };`);
  await ask(url);
  expect(output).not.toContain("done");
  await reload();
  await expect.poll(() => output).toContain("done");
});
