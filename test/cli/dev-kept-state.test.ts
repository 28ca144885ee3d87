import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as SdkV1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as SdkV1Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, expect, test, vi } from "vitest";
import { freePort } from "../../emulators/free-port.ts";
import { createDevRuns } from "./dev-runs.ts";
import { greeter } from "./project.ts";
import type { RunningCli } from "./run-cli.ts";

const { project, start, end } = createDevRuns();
afterEach(end);
// Each test starts dev several times.
vi.setConfig({ testTimeout: 240_000 });

const me = { name: "test", version: "1.0.0" };
const CALL = { name: "greet", arguments: { name: "Ada" } };

interface ConnectedClient {
  call(): Promise<string>;
  close(): Promise<void>;
}

/** A client of 2025-11-25, which holds a session. */
async function connect(sdk: "v1" | "v2", url: string): Promise<ConnectedClient> {
  if (sdk === "v1") {
    const client = new SdkV1Client(me);
    await client.connect(new SdkV1Transport(new URL(url)) as Parameters<SdkV1Client["connect"]>[0]);
    return {
      call: async () => JSON.stringify((await client.callTool(CALL)).content),
      close: () => client.close(),
    };
  }
  const client = new Client(me, { versionNegotiation: { mode: "legacy" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return {
    call: async () => JSON.stringify((await client.callTool(CALL)).content),
    close: () => client.close(),
  };
}

const ready = async (cli: RunningCli): Promise<string> => {
  const [, url = ""] = await cli.printed(/^gcp +(http:\S+)/m);
  await cli.printed(/^Serving/m);
  return url;
};

async function stop(cli: RunningCli): Promise<void> {
  cli.process.kill("SIGTERM");
  expect(await cli.ended).toMatchObject({ code: 0, stderr: "" });
}

test("clients of both SDKs go on when dev is started again, and not after --reset", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const args = ["--target", "gcp", "--port", String(await freePort())];
  const first = start(args, { cwd: folder });
  const url = await ready(first);
  const clients = await Promise.all([connect("v1", url), connect("v2", url)]);
  try {
    for (const client of clients) expect(await client.call()).toContain("Hello, Ada!");
    const key = readFileSync(join(folder, ".mcp-anycloud/state-keys"), "utf8");
    await stop(first);

    const second = start(args, { cwd: folder });
    expect(await ready(second)).toBe(url);
    for (const client of clients) expect(await client.call()).toContain("Hello, Ada!");
    expect(readFileSync(join(folder, ".mcp-anycloud/state-keys"), "utf8")).toBe(key);
    await stop(second);

    const third = start([...args, "--reset"], { cwd: folder });
    expect(await ready(third)).toBe(url);
    for (const client of clients) await expect(client.call()).rejects.toThrow(/session/i);
    expect(readFileSync(join(folder, ".mcp-anycloud/state-keys"), "utf8")).not.toBe(key);
  } finally {
    await Promise.allSettled(clients.map((client) => client.close()));
  }
});

test("what is kept is for its owner alone, and git ignores it", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  await ready(start(["--target", "gcp"], { cwd: folder }));
  const mode = (path: string): string => (statSync(join(folder, path)).mode & 0o777).toString(8);
  expect(mode(".mcp-anycloud")).toBe("700");
  expect(mode(".mcp-anycloud/state-keys")).toBe("600");
  expect(readFileSync(join(folder, ".mcp-anycloud/.gitignore"), "utf8")).toBe("*\n");
});

test("a second dev in the same project says that its state ends with it, and does not touch the first one's", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const first = start(["--target", "gcp"], { cwd: folder });
  const client = await connect("v2", await ready(first));
  try {
    const second = start(["--target", "gcp"], { cwd: folder });
    const url = await ready(second);
    await second.printed(
      /^Another dev runs in this project and has its state, so sessions of this one end with it\.$/m,
    );
    await second.printed(/^state +http:\S+ +DynamoDB \(dynalite\)$/m);
    const other = await connect("v2", url);
    expect(await other.call()).toContain("Hello, Ada!");
    await other.close();

    const third = start(["--target", "gcp", "--reset"], { cwd: folder });
    const stderr = "Another dev runs in this project and uses its state: end it first.\n";
    expect(await third.ended).toMatchObject({ code: 2, stderr });
    expect(await client.call()).toContain("Hello, Ada!");
  } finally {
    await client.close();
  }
});

test("files that cannot be read are told in a sentence, and --reset replaces them", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const first = start(["--target", "gcp"], { cwd: folder });
  await ready(first);
  await stop(first);
  writeFileSync(join(folder, ".mcp-anycloud/state-keys"), "");
  expect(await start(["--target", "gcp"], { cwd: folder }).ended).toMatchObject({
    code: 1,
    stderr: ".mcp-anycloud/state-keys does not hold a key of dev: run dev with --reset, which writes a new one.\n",
  });
  writeFileSync(join(folder, ".mcp-anycloud/table/CURRENT"), "nonsense");
  expect(await start(["--target", "gcp"], { cwd: folder }).ended).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The files of the local table in .* cannot be read: run dev with --reset/),
  });
  await ready(start(["--target", "gcp", "--reset"], { cwd: folder }));
});
