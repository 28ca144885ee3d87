import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startInstance } from "../../../emulators/instance.ts";
import { AnycloudError } from "../../../src/adapter.ts";
import { RUNS_FROM_SOURCE } from "../../package-json.ts";
import { shownPath } from "../../shown-path.ts";
import type { CheckReport, LoadFailure } from "./check-process.ts";
import { framesOf } from "./frames.ts";

const PROGRAM = fileURLToPath(new URL(`./check-process.${RUNS_FROM_SOURCE ? "ts" : "js"}`, import.meta.url));

export interface Check {
  /** The user's module, for messages. */
  readonly entry: string;
  /** Its bundle, made of `checkSource`. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Time in which it has to load and to answer. Default 60 s, longer than any platform gives a server to start. */
  readonly limitMs?: number;
}

/**
 * Loads a server once and calls it, in a process of its own, before anything is done with it: one sentence instead of one
 * crash for each cloud. Resolves with a warning, if there is one. Throws SERVER_INVALID for a wrong default export,
 * CONFIG_INVALID for settings, and BUILD_FAILED for what throws, ends, hangs or makes no server; its `cause` is the stack.
 */
export async function checkEntry({ entry, bundle, environment, limitMs = 60_000 }: Check): Promise<string | undefined> {
  const file = shownPath(entry);
  const instance = startInstance({ command: ["--enable-source-maps", PROGRAM, bundle], environment });
  const message = once(instance.process, "message").then(([report]) => report as CheckReport);
  const ended = instance.exited.then(
    (how) => new AnycloudError("BUILD_FAILED", `${file} does not load: it ended (${how}).`),
  );
  const limit = Promise.withResolvers<AnycloudError>();
  const late = new AnycloudError(
    "BUILD_FAILED",
    `${file} does not load within ${limitMs / 1000} s: look for what it waits for.`,
  );
  const timer = setTimeout(() => limit.resolve(late), limitMs);
  try {
    const report = await Promise.race([message, ended, limit.promise]);
    if (report instanceof AnycloudError) throw report;
    if (!report.ok) throw toError(file, report.failure);
    return report.warning && `Warning: ${file}: ${report.warning}`;
  } finally {
    clearTimeout(timer);
    await instance.stop();
  }
}

function toError(file: string, { phase, code, name, message, stack }: LoadFailure): AnycloudError {
  if (phase === "load" && (code === "SERVER_INVALID" || code === "CONFIG_INVALID"))
    return new AnycloudError(code, `${file}: ${message}`);
  if (code === "SERVER_INVALID") return new AnycloudError("BUILD_FAILED", `${file}: ${message}`);
  const frames = framesOf(stack);
  const place = /\(?((?:\/|[A-Z]:)[^()]*?):(\d+):\d+\)?$/.exec(frames[0] ?? "");
  const where = place ? ` (${shownPath(place[1] ?? "")}:${place[2]})` : "";
  const what = phase === "load" ? `${file} does not load` : `The server of ${file} does not answer`;
  const said = (name === "" ? message : `${name}: ${message}`).replaceAll(/\s*\n\s*/g, " ");
  return new AnycloudError("BUILD_FAILED", `${what}: ${said}${where}`, { cause: frames });
}
