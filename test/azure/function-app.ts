import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import { startAzureEmulator } from "../../emulators/azure/emulator.ts";
import type { EmulatorOptions } from "../../emulators/emulator.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Defines `require`, which the CommonJS library inside the ES module needs. */
const BANNER = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

export interface FunctionAppFiles {
  /** TypeScript of the entry; `adapter/…` stands for adapters/azure/…. */
  readonly entry: string;
  readonly host?: string;
  readonly manifest?: string;
}

export const HOST_JSON = { version: "2.0", extensions: { http: { routePrefix: "" } } };

/** An entry whose whole handler is `body`, with `request` and `invocation` at hand. */
export const serving = (body: string): string => `
  import { toAzureFunctions } from "adapter/entry.ts";
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  toAzureFunctions(async (request, invocation) => { ${body} });`;

/** Writes a function app into a new folder, bundled as a build would; the folder goes when the test ends. */
export async function writeFunctionApp(files: FunctionAppFiles): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "function-app-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await rewriteFunctionApp(folder, files);
  return folder;
}

export async function rewriteFunctionApp(folder: string, { entry, host, manifest }: FunctionAppFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "host.json"), host ?? JSON.stringify(HOST_JSON));
  await writeFile(join(folder, "package.json"), manifest ?? '{"type":"module","main":"index.mjs"}');
  await build({
    stdin: { contents: entry, resolveDir: ROOT, sourcefile: "entry.ts", loader: "ts" },
    alias: { adapter: join(ROOT, "adapters/azure") },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    external: ["@azure/functions-core"],
    banner: { js: BANNER },
    outfile: join(folder, "index.mjs"),
    logLevel: "silent",
  });
}

export interface Running {
  readonly url: string;
  readonly output: string[];
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Runs a function app in the emulator until the test ends. */
export async function run(artefact: string, options: Partial<EmulatorOptions> = {}): Promise<Running> {
  const output: string[] = [];
  const emulator = await startAzureEmulator({ artefact, port: 0, onOutput: (line) => output.push(line), ...options });
  onTestFinished(() => emulator.close());
  return { ...emulator, output };
}

/** Writes and runs the app of one handler. */
export const serve = async (body: string, options?: Partial<EmulatorOptions>): Promise<Running> =>
  run(await writeFunctionApp({ entry: serving(body) }), options);
