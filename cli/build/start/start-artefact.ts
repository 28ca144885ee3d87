import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startInstance } from "../../../emulators/instance.ts";
import { AnycloudError } from "../../../src/adapter.ts";
import { RUNS_FROM_SOURCE } from "../../package-json.ts";
import { shownPath } from "../../shown-path.ts";
import { BUNDLE } from "../bundle-options.ts";
import { framesOf, mappedFrames } from "./frames.ts";
import type { StartReport, StartRequest } from "./start-process.ts";

const PROGRAM = fileURLToPath(new URL(`./start-process.${RUNS_FROM_SOURCE ? "ts" : "js"}`, import.meta.url));

export interface StartOptions extends StartRequest {
  /** The bundle's source map. */
  readonly sourceMap: string;
  /** Time in which it has to start and to answer. */
  readonly limitMs: number;
}

/**
 * Starts an artefact once behind its platform's emulator, and asks what a client of each era asks first. Throws BUILD_FAILED
 * when it does not start or does not answer; `cause` is the stack, with the places of the sources.
 */
export async function startArtefact({ sourceMap, limitMs, ...request }: StartOptions): Promise<void> {
  const conditions = process.execArgv.filter((argument) => argument.startsWith("--conditions"));
  const command = [...conditions, PROGRAM, JSON.stringify(request)];
  const instance = startInstance({ command, environment: {}, ownGroup: true });
  const report = once(instance.process, "message").then(([message]) => message as StartReport);
  const ended = instance.exited.then((how): StartReport => ({ problem: `it ended (${how})`, output: "" }));
  const limit = Promise.withResolvers<StartReport>();
  const late = { problem: `it does not answer within ${limitMs / 1000} s: look for what it waits for`, output: "" };
  const timer = setTimeout(() => limit.resolve(late), limitMs);
  try {
    const { problem, output } = await Promise.race([report, ended, limit.promise]);
    if (problem === undefined) return;
    const { artefact } = request;
    const map = readFileSync(sourceMap, "utf8");
    const frames = mappedFrames(framesOf(unquoted(output)), { bundle: join(artefact, BUNDLE), map });
    const said = problem.replace(/\.$/, "");
    const message = `${shownPath(artefact)} does not work as its platform starts it: ${said}.`;
    throw new AnycloudError("BUILD_FAILED", message, { cause: frames });
  } finally {
    clearTimeout(timer);
    await instance.stop();
  }
}

/** The lines of a stack, also in a record that is JSON. */
const unquoted = (output: string): string => output.replaceAll("\\n", "\n").replaceAll(/",?$/gm, "");
