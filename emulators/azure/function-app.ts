import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseTimeSpanMs, readFunctionTimeoutMs } from "../../adapters/azure/function-timeout.ts";
import { AnycloudError } from "../../src/adapter.ts";

/** A function app in a folder, as it is published: host.json, package.json and the files that its `main` names. */
export interface FunctionApp {
  readonly folder: string;
  /** `extensions.http.routePrefix` of host.json, `api` when absent; without slashes around it. */
  readonly routePrefix: string;
  /** Not scaled; `Infinity` when unbounded. */
  readonly functionTimeoutMs: number;
  /** `extensions.queues.visibilityTimeout` of host.json, not scaled; 0 when absent, as for the host. */
  readonly queueVisibilityMs: number;
  /** Whether the app takes the settings of a task queue: only the bundle of a server with tasks names them. */
  readonly takesTaskQueue: boolean;
}

/** Reads the app's manifests. Rejects with ARTEFACT_INVALID for an app that the host would not start. */
export async function readFunctionApp(folder: string, environment: NodeJS.ProcessEnv): Promise<FunctionApp> {
  const host = await readJson(folder, "host.json");
  const { main } = await readJson(folder, "package.json");
  // https://learn.microsoft.com/azure/azure-functions/functions-host-json#version
  if (host.version !== "2.0") {
    throw new AnycloudError("ARTEFACT_INVALID", `${join(folder, "host.json")} must say "version": "2.0".`);
  }
  // https://learn.microsoft.com/azure/azure-functions/functions-reference-node#registering-a-function
  if (typeof main !== "string" || main === "") {
    const message = `${join(folder, "package.json")} must name the app's entry file in "main".`;
    throw new AnycloudError("ARTEFACT_INVALID", message);
  }
  const timeout = environment.AzureFunctionsJobHost__functionTimeout ?? host.functionTimeout;
  if (timeout !== undefined && (typeof timeout !== "string" || parseTimeSpanMs(timeout) === undefined)) {
    const message = `functionTimeout in ${join(folder, "host.json")} must be a time span such as "00:10:00".`;
    throw new AnycloudError("ARTEFACT_INVALID", message);
  }
  const prefix = member(member(host.extensions, "http"), "routePrefix") ?? "api";
  const visibility = String(member(member(host.extensions, "queues"), "visibilityTimeout") ?? "");
  // A missing entry file is reported by the worker.
  const bundle = await readFile(join(folder, main), "utf8").catch(() => "");
  const takesTaskQueue = bundle.includes("MCP_ANYCLOUD_STORAGE_QUEUE");
  // Triggers other than HTTP are extensions of the host ("extensionBundle").
  if (takesTaskQueue && member(host.extensionBundle, "id") === undefined) {
    const message = `${join(folder, "host.json")} must name an "extensionBundle", without which no queue triggers a function.`;
    throw new AnycloudError("ARTEFACT_INVALID", message);
  }
  return {
    folder,
    queueVisibilityMs: parseTimeSpanMs(visibility) ?? 0,
    takesTaskQueue,
    routePrefix: String(prefix).replace(/^\/+|\/+$/g, ""),
    functionTimeoutMs: readFunctionTimeoutMs(environment, folder),
  };
}

async function readJson(folder: string, name: string): Promise<Record<string, unknown>> {
  const path = join(folder, name);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AnycloudError("ARTEFACT_INVALID", `${path} is missing: build the app for azure first.`, { cause });
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new AnycloudError("ARTEFACT_INVALID", `${path} is not valid JSON.`, { cause });
  }
  throw new AnycloudError("ARTEFACT_INVALID", `${path} must hold a JSON object.`);
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
