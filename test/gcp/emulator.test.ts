import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRunning } from "../support/programs.ts";
import {
  about,
  bodyOf,
  buildArtefact,
  echo,
  FORMS,
  openStream,
  send,
  startService,
  temporaryFolder,
  textOf,
} from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

describe.each(FORMS)("the service's life, as %s", (form) => {
  test("three instances take requests in turn", async () => {
    await using service = await startService(folder.path, { form, instances: 3 });
    const pids: number[] = [];
    for (let request = 0; request < 6; request++) pids.push((await echo(service.port, { path: "/x" })).pid);
    expect(new Set(pids.slice(0, 3)).size).toBe(3);
    expect(pids.slice(3)).toEqual(pids.slice(0, 3));
  });

  test("with amnesia every request meets a process of its own, which ends after it", async () => {
    await using service = await startService(folder.path, { form, amnesia: true });
    const pids: number[] = [];
    for (let request = 0; request < 4; request++) pids.push((await echo(service.port, { path: "/x" })).pid);
    expect(new Set(pids).size).toBe(4);
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  });

  test("an instance that dies is a 5xx for its requests and is replaced", async () => {
    await using service = await startService(folder.path, { form });
    const { pid } = await about(service.port);
    // The framework still answers for a process that ends itself, with its own 500.
    expect((await send(service.port, { path: "/exit" })).statusCode).toBe(form === "function" ? 500 : 503);
    await expect.poll(async () => (await send(service.port, { path: "/status?code=200" })).statusCode).toBe(200);
    expect((await about(service.port)).pid).not.toBe(pid);
  });

  test("an instance that dies in the middle of a stream breaks it", async () => {
    await using service = await startService(folder.path, { form });
    const stream = await openStream(service.port, "/stuck");
    process.kill((await about(service.port)).pid, "SIGKILL");
    await expect(bodyOf(stream)).rejects.toThrow("aborted");
  });

  test("a reload under load loses no request, and a stream finishes on its old process", async () => {
    await using service = await startService(folder.path, { form });
    const before = await about(service.port);
    const name = randomUUID();
    const stream = await openStream(service.port, `/gated?name=${name}`);
    let loading = true;
    const revisions = new Set<string | undefined>();
    const worker = async (): Promise<void> => {
      while (loading) {
        const response = await send(service.port, { path: "/about" });
        expect(response.statusCode).toBe(200);
        revisions.add(JSON.parse((await bodyOf(response)).toString()).env.K_REVISION);
      }
    };
    const load = Promise.all([worker(), worker(), worker()]);
    await service.reload();
    await service.reload();
    loading = false;
    await load;
    revisions.add((await about(service.port)).env.K_REVISION);
    expect([...revisions]).toContain("mcp-00003-emu");
    expect(before.env.K_REVISION).toBe("mcp-00001-emu");
    // The stream's process has left the rotation and lives on for it: only there can its barrier be opened.
    await textOf(Number(before.env.PORT), `/open?name=${name}`);
    expect((await bodyOf(stream)).toString()).toBe("onetwo");
    await expect.poll(() => isRunning(before.pid)).toBe(false);
  });

  test("SIGTERM: a stream that can be resumed ends at once, the deadline ends the others before the platform does", async () => {
    await using service = await startService(folder.path, { form });
    const streams = [
      await openStream(service.port, "/until-stopping"),
      await openStream(service.port, "/until-deadline"),
    ];
    const { pid } = await about(service.port);
    const bodies = Promise.all(streams.map(bodyOf));
    await service.close();
    expect((await bodies).map(String)).toEqual(["opengoodbye", "opengoodbye"]);
    expect(isRunning(pid)).toBe(false);
  });

  test("close ends a stream that will not end, and leaves no process", async () => {
    await using service = await startService(folder.path, { form, instances: 2, timeScale: 0.05 });
    const pids = [(await about(service.port)).pid, (await about(service.port)).pid];
    const stream = await openStream(service.port, "/stuck");
    const broken = expect(bodyOf(stream)).rejects.toThrow("aborted");
    await service.close();
    await broken;
    expect(pids.filter(isRunning)).toEqual([]);
    await expect(send(service.port, { path: "/x" })).rejects.toThrow();
  });

  test("the request timeout: the deadline comes before it, then a 504 or a cut", { timeout: 120_000 }, async () => {
    await using service = await startService(folder.path, { form, requestTimeoutSeconds: 8 });
    const graceful = textOf(service.port, "/until-deadline");
    const stuck = openStream(service.port, "/stuck").then(bodyOf);
    const never = send(service.port, { path: "/never" });
    await expect(graceful).resolves.toBe("opengoodbye");
    await expect(stuck).rejects.toThrow("aborted");
    expect((await never).statusCode).toBe(504);
    // The instance lives on: it has other requests.
    expect((await echo(service.port, { path: "/x" })).url).toBe("/x");
  });

  test("the environment is Cloud Run's, and a service cannot set what is the platform's", async () => {
    const environment = { GREETING: "hello", K_SERVICE: "mine", PORT: "1" };
    await using service = await startService(folder.path, { form, environment, requestTimeoutSeconds: 60 });
    const { env } = await about(service.port);
    expect(env).toMatchObject({ GREETING: "hello", K_SERVICE: "mcp", K_CONFIGURATION: "mcp" });
    expect(env.K_REVISION).toBe("mcp-00001-emu");
    // Cloud Run tells functions alone; a container is told by its deployment.
    const told = form === "function" ? "CLOUD_RUN_TIMEOUT_SECONDS" : "MCP_ANYCLOUD_TIMEOUT_SECONDS";
    expect(Object.entries(env).filter(([name]) => name.endsWith("_TIMEOUT_SECONDS"))).toEqual([[told, "60"]]);
    expect(env.PORT).not.toBe("1");
    expect(env.FUNCTION_TARGET).toBe(form === "function" ? "mcp" : undefined);
    expect(service.imitates).toContain(form);
  });
});
