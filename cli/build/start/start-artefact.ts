import { once } from "node:events";
import { readFileSync, realpathSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, sep } from "node:path";
import { startInstance } from "../../../emulators/instance.ts";
import { AnycloudError } from "../../../src/adapter.ts";
import { shownPath } from "../../files/shown-path.ts";
import { temporaryFolder } from "../../files/temporary-folder.ts";
import { ownModule } from "../../own-module.ts";
import type { Artefact } from "../artefact/artefact.ts";
import { BUNDLE } from "../bundle-options.ts";
import { linkPackages } from "../packages/install.ts";
import { runsHere } from "../packages/platform.ts";
import { framesOf, mappedFrames } from "./frames.ts";
import type { StartReport, StartRequest } from "./start-process.ts";

const PROGRAM = ownModule("cli/build/start/start-process");

export interface StartOptions {
  readonly artefact: Artefact;
  /** Path of the MCP endpoint. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The bundle's source map. */
  readonly sourceMap: string;
  /** Time in which it has to start and to answer. */
  readonly limitMs: number;
}

/**
 * Starts an artefact once behind its platform's emulator, and asks what a client of each era asks first. An artefact with
 * packages for another platform than this machine's is started with the project's own copies of them. Throws BUILD_FAILED
 * when it does not start or does not answer; `cause` is the stack, with the places of the sources.
 */
export async function startArtefact(options: StartOptions): Promise<void> {
  const { artefact } = options;
  if (artefact.packages.length === 0 || runsHere(artefact.platform)) return startIn(artefact.folder, options);
  const copy = await temporaryFolder("start");
  const isOwn = (path: string): boolean => path !== join(artefact.folder, "node_modules");
  await cp(artefact.folder, copy, { recursive: true, filter: isOwn });
  await linkPackages(copy, artefact.packages);
  await startIn(copy, options);
}

async function startIn(folder: string, { artefact, sourceMap, limitMs, ...rest }: StartOptions): Promise<void> {
  const request: StartRequest = { ...rest, platform: artefact.platform, artefact: folder };
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
    const map = readFileSync(sourceMap, "utf8");
    // Node.js tells where a module really lies, also behind a link.
    const told = (text: string): string =>
      text.replaceAll(realpathSync(folder), folder).replaceAll(folder, artefact.folder);
    const printed = told(unquoted(output));
    const here = framesOf(printed);
    const frames = mappedFrames(here, { bundle: join(artefact.folder, BUNDLE), map });
    const said = told(problem).replace(/\.$/, "");
    const isMissing = said.includes("ENOENT") && said.includes(`${artefact.folder}${sep}`);
    const remedy = isMissing ? ': name the files that it reads in "assets" (docs/assets.md)' : "";
    const message = `${shownPath(artefact.folder)} does not work as its platform starts it: ${said}${remedy}${reasonIn(printed, said)}.`;
    throw new AnycloudError("BUILD_FAILED", message, { cause: frames });
  } finally {
    clearTimeout(timer);
    await instance.stop();
  }
}

/** The lines of a stack, also in a record that is JSON: as one text, or, as AWS's runtime writes it, as a list of lines. */
const unquoted = (output: string): string =>
  output
    .replaceAll("\\n", "\n")
    .replaceAll('","', "\n")
    .replaceAll(/"[,\]}]*$/gm, "");

/** The first error that an artefact printed, where the problem does not tell it already. */
function reasonIn(printed: string, problem: string): string {
  const [, error] = /^(?:.*")?((?:Uncaught )?\w*Error(?: \[\w+\])?: [^"\n]*)/m.exec(printed) ?? [];
  if (error === undefined || problem.includes(error.replace(/^\w+: /, ""))) return "";
  const isOwnPort = error.includes("EADDRINUSE");
  return `, and said "${error.slice(0, 300)}"${isOwnPort ? ": leave out what listens on a port of its own" : ""}`;
}
