/** Run in a process of its own: starts an artefact as its platform does, calls it, and tells its parent how that went. */
import type { Platform } from "../../clouds.ts";
import { START_EMULATOR } from "../../start-emulator.ts";
import { type Outcome, outcomeOf, problemOf, QUESTIONS } from "./questions.ts";

/** The argument of this program, as JSON. */
export interface StartRequest {
  readonly platform: Platform;
  readonly artefact: string;
  /** Path of the MCP endpoint. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How that went, told over the IPC channel. */
export interface StartReport {
  /** Absent for an artefact that works. */
  readonly problem?: string;
  /** Lines that the artefact printed. */
  readonly output: string;
}

/** Characters that are kept. What went wrong first usually caused the rest. */
const MOST_OUTPUT = 200_000;

async function start({ platform, artefact, path, environment }: StartRequest): Promise<StartReport> {
  let output = "";
  const onOutput = (line: string): void => {
    if (output.length < MOST_OUTPUT) output += `${line}\n`;
  };
  try {
    const emulator = await START_EMULATOR[platform]({ artefact, port: 0, environment, onOutput });
    const outcomes: Outcome[] = [];
    for (const question of QUESTIONS) {
      const { headers, body } = question;
      const response = await fetch(emulator.url + path, { method: "POST", headers, body });
      outcomes.push(outcomeOf(question, response.status, await response.text()));
    }
    const problem = problemOf(outcomes);
    return { ...(problem !== undefined && { problem }), output };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error), output };
  }
}

const report = await start(JSON.parse(process.argv[2] ?? ""));
process.send?.(report, () => process.exit(0));
