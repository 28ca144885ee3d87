import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Instance, startInstance } from "../../emulators/instance.ts";
import { isRunning } from "../support/programs.ts";

const started: Instance[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(started.splice(0).map((instance) => instance.stop()));
});

/** Runs a script as an instance; `lines` grows with what it prints. */
function run(script: string, environment: Record<string, string> = {}): { instance: Instance; lines: string[] } {
  const lines: string[] = [];
  const command = ["--input-type=module", "--eval", script];
  const instance = startInstance({ command, environment, onOutput: (line) => lines.push(line) });
  started.push(instance);
  return { instance, lines };
}

/** The first message that the script sends over the channel. */
async function firstMessage(script: string, environment?: Record<string, string>): Promise<unknown> {
  const { instance } = run(script, environment);
  const [message] = await once(instance.process, "message");
  return message;
}

describe("an instance", () => {
  test("sees its own environment, PATH and HOME, and nothing of the emulator's", async () => {
    vi.stubEnv("EMULATOR_SECRET", "leaks");
    const names = await firstMessage("process.send(Object.keys(process.env).sort())", { STAGE: "test" });
    expect(names).toEqual(expect.arrayContaining(["STAGE", "PATH"]));
    expect(names).not.toContain("EMULATOR_SECRET");
  });

  test("keeps compiled code where the emulator's process does, even when it is killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "compile-cache-"));
    vi.stubEnv("NODE_COMPILE_CACHE", folder);
    try {
      const { instance } = run("setInterval(() => {}, 1e6)");
      // The first entry is preload-guard.ts.
      await expect.poll(() => readdirSync(folder, { recursive: true }).length).toBeGreaterThan(1);
      await instance.stop();
      expect(await instance.exited).toBe("SIGKILL");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("hands on each line it prints, of both streams", async () => {
    const { instance, lines } = run("console.log('one'); console.error('two'); console.log('three')");
    await once(instance.process, "close");
    expect(lines.toSorted()).toEqual(["one", "three", "two"]);
  });

  test("says how it ended", async () => {
    expect(await run("process.exit(3)").instance.exited).toBe("exit code 3");
    expect(await run("process.kill(process.pid, 'SIGKILL')").instance.exited).toBe("SIGKILL");
  });

  test("ends by itself when it has nothing left to do", async () => {
    expect(await run("await 0").instance.exited).toBe("exit code 0");
  });

  test("may end in peace after SIGTERM", async () => {
    const { instance } = run(
      "process.on('SIGTERM', () => setTimeout(() => process.exit(7), 50)); setInterval(() => {}, 1e6); process.send(1)",
    );
    await once(instance.process, "message");
    await instance.stop(60_000);
    expect(await instance.exited).toBe("exit code 7");
  });

  test("is killed when it outstays its grace", async () => {
    const { instance } = run("process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); process.send(1)");
    await once(instance.process, "message");
    await instance.stop(50);
    expect(await instance.exited).toBe("SIGKILL");
  });

  test("may be stopped twice, and after its end", async () => {
    const { instance } = run("setInterval(() => {}, 1e6)");
    await Promise.all([instance.stop(), instance.stop()]);
    await instance.stop(1000);
    expect(await instance.exited).toBe("SIGKILL");
  });

  test("ends when the emulator's process is killed", async () => {
    const module = new URL("../../emulators/instance.ts", import.meta.url).href;
    const emulator = spawn(
      process.execPath,
      [
        "--conditions=@mcp-anycloud/source",
        "--input-type=module",
        "--eval",
        `import { startInstance } from ${JSON.stringify(module)};
         const instance = startInstance({ command: ["--eval", "setInterval(() => {}, 1e6); process.send(1)"], environment: {} });
         instance.process.once("message", () => console.log(instance.process.pid));`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    try {
      const [line] = await once(createInterface({ input: emulator.stdout }), "line");
      const pid = Number(line);
      expect(isRunning(pid)).toBe(true);
      emulator.kill("SIGKILL");
      await expect.poll(() => isRunning(pid)).toBe(false);
    } finally {
      emulator.kill("SIGKILL");
    }
  });
});

describe("an instance that listens on", () => {
  const forms: Record<string, string> = {
    "a port": "listen(0, report)",
    "a port as text": "listen('0', report)",
    "no port at all": "listen(report)",
    "an undefined port": "listen(undefined, report)",
    "a port that is null": "listen(null, report)",
    "an empty text": "listen('', report)",
    "a number written oddly": "listen(' 0x0 ', report)",
    "a port and all interfaces": "listen(0, '0.0.0.0', report)",
    "a port, all interfaces and a backlog": "listen(0, '::', 16, report)",
    "a port and a backlog": "listen(0, 16, report)",
    options: "listen({ port: 0, host: '0.0.0.0' }, report)",
    "options without a host": "listen({ port: 0 }, report)",
  };
  test.each(Object.entries(forms))("%s is reachable from this machine alone", async (_, call) => {
    const script = `import { createServer } from "node:http";
      const server = createServer();
      const report = () => { process.send(server.address().address); server.close(); };
      server.${call};`;
    expect(await firstMessage(script)).toBe("127.0.0.1");
  });

  test("a path keeps that path", async () => {
    const script = `import { createServer } from "node:net"; import { mkdtempSync, rmSync } from "node:fs"; import { tmpdir } from "node:os";
      const folder = mkdtempSync(tmpdir() + "/socket-"); const server = createServer();
      server.listen(folder + "/s", () => { process.send(server.address() === folder + "/s"); server.close(); rmSync(folder, { recursive: true }); });`;
    expect(await firstMessage(script)).toBe(true);
  });
});
