import { createInterface } from "node:readline";
import { CLOUDS, type Cloud } from "../clouds.ts";
import { type InitCommand, type Sdk, toClouds, toName, toSdk } from "./parse-init.ts";

export interface Choices {
  readonly name: string;
  readonly clouds: readonly Cloud[];
  readonly sdk: Sdk;
  readonly terraform: boolean;
}

/** The choices where nobody says otherwise. */
export interface Presets {
  readonly name: string;
  readonly sdk: Sdk;
}

/** Asks for the choices that the command line leaves open, unless it said `--yes`. Throws USAGE for a wrong answer. */
export async function choose(command: InitCommand, presets: Presets): Promise<Choices> {
  const ask = command.yes ? undefined : createQuestions();
  try {
    const answer = async (question: string, preset: string): Promise<string> =>
      (await ask?.(`${question} (${preset}): `)) || preset;
    return {
      name: command.name ?? toName(await answer("Name of the server", presets.name)),
      clouds:
        command.clouds ?? toClouds((await answer("Clouds", CLOUDS.join(" "))).split(/[\s,]+/).filter((word) => word)),
      sdk: command.sdk ?? toSdk(await answer("MCP SDK, v2 or v1", presets.sdk)),
      terraform: command.terraform,
    };
  } finally {
    ask?.close();
  }
}

type Questions = ((question: string) => Promise<string>) & { close(): void };

/** Asks on the terminal, one line for each answer. Input that has ended answers with nothing, so presets are taken. */
function createQuestions(): Questions {
  const lines = createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    process.stdout.write(question);
    const { done, value } = await lines.next();
    return done ? "" : value.trim();
  };
  return Object.assign(ask, { close: () => process.stdin.destroy() });
}
