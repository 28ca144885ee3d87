/**
 * A program: emulates Azure's Node.js language worker (`node worker.js <folder of the app>`). It loads the app with the
 * unmodified `@azure/functions` inside it, and invokes its functions on the host's request.
 */
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type AppState, installFunctionsCore } from "./functions-core.ts";
import { runInvocation } from "./invocation.ts";
import type { HostMessage, WorkerMessage } from "./worker-protocol.ts";

/** Capabilities of the worker before the programming model adds its own (getWorkerCapabilities.ts). */
const CAPABILITIES = {
  RawHttpBodyBytes: "true",
  RpcHttpTriggerMetadataRemoved: "true",
  RpcHttpBodyOnly: "true",
  IgnoreEmptyValuedRpcHttpHeaders: "true",
  UseNullableValueDictionaryForHttp: "true",
  WorkerStatus: "true",
  TypedDataCollection: "true",
  HandlesWorkerTerminateMessage: "true",
};

const say = (message: WorkerMessage): boolean => process.send?.(message) ?? false;
const log = (level: string, category: string, message: string): void =>
  void say({ type: "log", level, category, message });

/** Imports every file that `main` of package.json names; it may be a glob (startApp.ts). */
async function loadEntryPoints(folder: string): Promise<void> {
  const { main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = globSync(main, { cwd: folder });
  if (files.length === 0) throw new Error(`package.json names "${main}" as main, and there is no such file`);
  for (const file of files) await import(pathToFileURL(join(folder, file)).href);
}

async function start(folder: string): Promise<void> {
  const app: AppState = installFunctionsCore(log);
  await loadEntryPoints(folder);
  await app.runHooks("appStart", { hookData: {}, appHookData: {}, functionAppDirectory: folder });
  const capabilities = (await app.model?.getCapabilities?.({ ...CAPABILITIES })) ?? CAPABILITIES;
  app.locked = true;

  process.on("message", async (message: HostMessage) => {
    say({ type: "result", result: await runInvocation(app, message.request, log) });
  });
  // The host's WorkerTerminate (terminateWorker.ts). Five seconds later the host ends the process in any case.
  process.once("SIGTERM", async () => {
    await app.runHooks("appTerminate", { hookData: {}, appHookData: {} });
    process.exit(0);
  });
  say({ type: "ready", capabilities, functions: [...app.functions.values()].map(({ metadata }) => metadata) });
}

const folder = resolve(process.argv[2] ?? ".");
// Only the channel to the host keeps an idle worker alive.
process.channel?.ref();
start(folder).catch((error: unknown) => {
  say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
});
