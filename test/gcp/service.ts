import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Emulator } from "../../emulators/emulator.ts";
import { type GcpEmulatorOptions, startGcpEmulator } from "../../emulators/gcp/emulator.ts";

export const FORMS = ["container", "function"] as const;

/** A running emulator of the server in `handler.ts`. `await using` ends it, whatever happens. */
export interface Service extends Emulator, AsyncDisposable {
  readonly port: number;
  /** Whether the server has noted this line. */
  noted(line: string): boolean;
  readonly output: string[];
}

/** An artefact folder with `server.mjs` and `index.mjs`, as the toolkit's own build lays it out. */
export async function buildArtefact(folder: string): Promise<void> {
  const here = import.meta.dirname;
  const entries: Record<string, string> = {
    "server.mjs": `import { listenOnPort } from "../../adapters/gcp/container.ts"; await listenOnPort(handler);`,
    "index.mjs": `import { toCloudRun } from "../../adapters/gcp/entry.ts"; export const mcp = toCloudRun(handler);`,
  };
  for (const [file, entry] of Object.entries(entries)) {
    await build({
      stdin: { contents: `import handler from "./handler.ts"; ${entry}`, resolveDir: here, loader: "ts" },
      outfile: join(folder, file),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node22",
      logLevel: "silent",
    });
  }
  writeFileSync(join(folder, "package.json"), '{ "main": "index.mjs", "type": "module" }');
}

/** A temporary folder, removed by `using`. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "cloud-run-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export async function startService(artefact: string, options: Partial<GcpEmulatorOptions> = {}): Promise<Service> {
  const notes = join(artefact, `notes-${randomUUID()}`);
  const output: string[] = [];
  const emulator = await startGcpEmulator({
    artefact,
    port: 0,
    environment: { NOTES: notes },
    onOutput: (line) => output.push(line),
    openInstances: true,
    ...options,
  });
  return {
    ...emulator,
    port: Number(new URL(emulator.url).port),
    output,
    noted: (line) => existsSync(notes) && readFileSync(notes, "utf8").split("\n").includes(line),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

export interface Sent {
  readonly method?: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
  readonly body?: Uint8Array;
  readonly chunked?: boolean;
}

/** The head of the response; its body comes from the message. Rejects when the connection breaks before it. */
export function send(port: number, sent: Sent): Promise<IncomingMessage> {
  const { method = "GET", path, headers = [], body, chunked = false } = sent;
  const framing = chunked ? ["transfer-encoding", "chunked"] : body ? ["content-length", String(body.length)] : [];
  return new Promise((resolve, reject) => {
    const lines = ["host", `127.0.0.1:${port}`, ...headers, ...framing];
    const request = httpRequest({ host: "127.0.0.1", port, method, path, headers: lines, agent: false }, resolve);
    request.on("error", reject);
    request.end(body);
  });
}

/** The whole body. Rejects when it breaks off. */
export async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(response));
}

export async function textOf(port: number, path: string): Promise<string> {
  return (await bodyOf(await send(port, { path }))).toString();
}

/** The request that the server's echo received. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly hasBody: boolean;
  readonly requestId: string;
  readonly clientIp?: string;
  readonly canStream: boolean;
  readonly pid: number;
}

export async function echo(port: number, sent: Sent): Promise<Arrived> {
  return JSON.parse((await bodyOf(await send(port, sent))).toString()) as Arrived;
}

/** An open stream, its first chunk already here. */
export async function openStream(port: number, path: string): Promise<IncomingMessage> {
  const response = await send(port, { path });
  await new Promise((resolve) => response.once("readable", resolve));
  return response;
}

/** Writes bytes as they are and returns everything that came back when the connection has closed. */
export async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  let answer = "";
  socket.on("data", (chunk: string) => {
    answer += chunk;
  });
  socket.write(bytes, "latin1");
  await new Promise((resolve) => socket.on("close", resolve).on("error", resolve));
  return answer;
}

/** The echoed request of a raw exchange; the connection must have been asked to close. */
export function arrivedIn(answer: string): Arrived {
  return JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1)) as Arrived;
}

export interface About {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly flooded: number;
}

export async function about(port: number): Promise<About> {
  return JSON.parse(await textOf(port, "/about")) as About;
}
