import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startInstance } from "../../emulators/instance.ts";
import { AnycloudError } from "../../src/adapter.ts";
import { RUNS_FROM_SOURCE } from "../package-json.ts";
import { shownPath } from "../shown-path.ts";
import type { CheckReport, LoadFailure } from "./check-process.ts";

const PROGRAM = fileURLToPath(new URL(`./check-process.${RUNS_FROM_SOURCE ? "ts" : "js"}`, import.meta.url));

/** Longer than any platform gives a server to start; Lambda's 10 s are the least. */
const LIMIT_MS = 60_000;

export interface Check {
  /** The user's module, for messages. */
  readonly entry: string;
  /** Its bundle, which throws when the default export is not a server. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Loads a server once, in a process of its own, before any ingress is opened with it: one sentence instead of one
 * crash for each cloud. Throws SERVER_INVALID for a wrong default export, BUILD_FAILED for a module that throws.
 */
export async function checkEntry({ entry, bundle, environment }: Check): Promise<void> {
  const file = shownPath(entry);
  const instance = startInstance({ command: ["--enable-source-maps", PROGRAM, bundle], environment });
  const message = once(instance.process, "message").then(([report]) => report as CheckReport);
  const ended = instance.exited.then(
    (how) => new AnycloudError("BUILD_FAILED", `${file} does not load: it ended (${how}).`),
  );
  const limit = Promise.withResolvers<AnycloudError>();
  const late = new AnycloudError(
    "BUILD_FAILED",
    `${file} does not load within ${LIMIT_MS / 1000} s: look for what it waits for.`,
  );
  const timer = setTimeout(() => limit.resolve(late), LIMIT_MS);
  try {
    const report = await Promise.race([message, ended, limit.promise]);
    if (report instanceof AnycloudError) throw report;
    if (!report.ok) throw toError(file, report.failure);
  } finally {
    clearTimeout(timer);
    await instance.stop();
  }
}

function toError(file: string, { code, name, message, stack }: LoadFailure): AnycloudError {
  if (code === "SERVER_INVALID" || code === "CONFIG_INVALID") return new AnycloudError(code, `${file}: ${message}`);
  const place = /\(?(?:file:\/\/)?(\/[^()]*?):(\d+):\d+\)?$/m.exec(stack);
  const where = place ? ` (${shownPath(place[1] ?? "")}:${place[2]})` : "";
  return new AnycloudError("BUILD_FAILED", `${file} does not load: ${name}: ${message}${where}`);
}
