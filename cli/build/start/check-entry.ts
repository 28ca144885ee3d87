import { once } from "node:events";
import { endOf, startInstance } from "../../../emulators/instance.ts";
import { AnycloudError } from "../../../src/adapter.ts";
import { shownPath } from "../../files/shown-path.ts";
import { ownModule } from "../../own-module.ts";
import type { CheckReport, LoadFailure } from "./check-process.ts";
import { framesOf } from "./frames.ts";

const PROGRAM = ownModule("cli/build/start/check-process");

/** Lines that are kept of the output of a server. */
const MOST_LINES = 1_000;
/** Characters that a sentence repeats of it. */
const MOST_CHARACTERS = 300;
/** Empty lines, and lines of stacks, those of Node.js's own code among them. */
const IS_FRAME = /^\s*($|at |\d+: |#|-{4})/;

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
  const printed: string[] = [];
  const instance = startInstance({
    command: ["--enable-source-maps", PROGRAM, bundle],
    environment,
    onOutput: (line) => void (printed.push(line) > MOST_LINES && printed.shift()),
  });
  const message = once(instance.process, "message").then(([report]) => report as CheckReport);
  const ended = endOf(instance).then((how) => toEndError(file, how, printed));
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

/** Servers say themselves what they lack, and then end the process. */
function toEndError(file: string, how: string, printed: readonly string[]): AnycloudError {
  if (how === "exit code 13")
    return new AnycloudError("BUILD_FAILED", `${file} does not load: it awaits a promise that nothing settles.`);
  const error = printed.find((line) => /^(Uncaught )?\w*Error\b/.test(line));
  const said = error ?? printed.findLast((line) => !IS_FRAME.test(line));
  const last = said === undefined ? "" : `, and said "${said.trim().slice(0, MOST_CHARACTERS)}"`;
  const message = `${file} does not load: it ended (${how})${last}.`;
  return new AnycloudError("BUILD_FAILED", message, { cause: framesOf(printed.join("\n")) });
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
