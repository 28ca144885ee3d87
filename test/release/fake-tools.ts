import { type Command, type Tools, toShell } from "../../cli/release/tool.ts";
import { AnycloudError } from "../../src/adapter.ts";

/** Carries out one command of a tool, and returns what it prints. Throws for what the tool would refuse. */
export type Play = (command: Command) => string | Promise<string>;

export interface FakeTools extends Tools {
  /** Every command, in order, as a person would type it. */
  readonly ran: string[];
  /** Fails the change with this number, once, before it has any effect. Commands that only read are not counted. */
  failAt: number | undefined;
  /** Changes that were carried out. */
  changes: number;
}

/** The clouds' tools, played by functions. */
export function fakeTools(plays: Readonly<Record<string, Play>>): FakeTools {
  const ran: string[] = [];
  const play = async (command: Command): Promise<string> => {
    ran.push(toShell(command));
    const tool = plays[command.program];
    if (!tool) throw new Error(`nobody plays ${command.program}`);
    return tool(command);
  };
  const tools: FakeTools = {
    ran,
    failAt: undefined,
    changes: 0,
    dryRun: false,
    async change(command) {
      if (tools.failAt === tools.changes) {
        tools.failAt = undefined;
        throw new AnycloudError("INSTANCE_FAILED", `${toShell(command)} ended with 1: planted.`);
      }
      await play(command);
      tools.changes += 1;
    },
    look: async (command) => play(command),
  };
  return tools;
}
