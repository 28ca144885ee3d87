import { type Profiler, Session } from "node:inspector";
import type { OwnFunction } from "./recorder.ts";

/** V8's count of calls, for the whole process. */
export interface Coverage {
  /** The functions that ran since `take` was last called. */
  take(functions: readonly OwnFunction[]): Set<OwnFunction>;
}

/** To be started before the modules load: V8 counts blocks only in code that it compiles afterwards. */
export function startCoverage(): Coverage {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    take(functions) {
      let scripts: Profiler.ScriptCoverage[] = [];
      // A session on its own thread answers before `post` returns.
      session.post("Profiler.takePreciseCoverage", (error, taken) => {
        if (error) throw error;
        scripts = taken.result;
      });
      return ranOf(scripts, functions);
    },
  };
}

/** V8's names for the values of a class's fields, which are no functions of the source. A module itself starts at 0. */
const INITIALIZERS: ReadonlySet<string> = new Set(["<instance_members_initializer>", "<static_initializer>"]);

function ranOf(scripts: readonly Profiler.ScriptCoverage[], functions: readonly OwnFunction[]): Set<OwnFunction> {
  const ran = new Set<OwnFunction>();
  const byUrl = Map.groupBy(functions, ({ url }) => url);
  for (const { url, functions: covered } of scripts) {
    const own = byUrl.get(url);
    if (!own) continue;
    for (const { functionName, ranges } of covered) {
      const [whole] = ranges;
      if (!whole || whole.count === 0) continue;
      const found = own.find(
        ({ start, bodyStart, end }) =>
          end === whole.endOffset && start <= whole.startOffset && whole.startOffset < bodyStart,
      );
      if (found) ran.add(found);
      else if (whole.startOffset > 0 && !INITIALIZERS.has(functionName)) {
        throw new Error(`V8 saw a function that the parser did not find: ${functionName} in ${url}.`);
      }
    }
  }
  return ran;
}

/** Throws where the recorder and V8 disagree on which functions ran: then one of them is wrong, and so is every number. */
export function checkAgreement(entered: ReadonlySet<OwnFunction>, ran: ReadonlySet<OwnFunction>): void {
  const onlyEntered = [...entered].filter((entry) => !ran.has(entry)).map(nameOf);
  const onlyRan = [...ran].filter((found) => !entered.has(found)).map(nameOf);
  if (onlyEntered.length === 0 && onlyRan.length === 0) return;
  const sides = [
    `only the recorder saw ${onlyEntered.join(", ") || "none"}`,
    `only V8 saw ${onlyRan.join(", ") || "none"}`,
  ];
  throw new Error(`The recorder and V8's coverage disagree: ${sides.join("; ")}.`);
}

const nameOf = ({ file, line }: OwnFunction): string => `${file}:${line}`;
