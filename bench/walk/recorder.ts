import { registerHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { functionsOf, instrument, type SourceFunction } from "./instrument.ts";
import { OWN_FOLDERS } from "./layout.ts";

/** A function of the project's own code, as it was loaded: its offsets are those of the instrumented text. */
export interface OwnFunction extends SourceFunction {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly url: string;
}

export interface Recorder {
  /** Every function of the own modules loaded so far. */
  readonly functions: readonly OwnFunction[];
  /** Records while `run` is pending; resolves to the functions that were entered, in order, with repetitions. */
  record(run: () => Promise<void>): Promise<OwnFunction[]>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const GLOBAL = "recordFunctionEntry";

/** Instruments the project's own modules that this process loads from now on. V8's coverage tells no order; this does. */
export function installRecorder(): Recorder {
  const functions: OwnFunction[] = [];
  let entries: OwnFunction[] | undefined;
  Object.assign(globalThis, {
    [GLOBAL](id: number): void {
      const entered = functions[id];
      if (entered) entries?.push(entered);
    },
  });
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const file = url.startsWith("file:") ? relative(ROOT, fileURLToPath(url)) : "";
      if (!OWN_FOLDERS.some((folder) => file.startsWith(folder))) return loaded;
      const source = instrument(file, String(loaded.source), `globalThis.${GLOBAL}`, functions.length);
      // Node replaces types with blanks, so positions in this text are those that V8 reports.
      for (const found of functionsOf(file, source)) functions.push({ ...found, file, url });
      return { ...loaded, source };
    },
  });
  return {
    functions,
    async record(run) {
      if (entries) throw new Error("Two recordings at a time cannot be told apart.");
      const recorded: OwnFunction[] = [];
      entries = recorded;
      try {
        await run();
      } finally {
        entries = undefined;
      }
      return recorded;
    },
  };
}
