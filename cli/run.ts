import { parseCommand } from "./command.ts";
import { exitCodeOf, sentenceOf } from "./failure.ts";
import { HELP } from "./help.ts";
import { ownPackage } from "./package-json.ts";

/** Runs a command line and settles with the exit code: 0, 1 for a failure, 2 for an error in the user's input. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(args);
    if (command.verb === "help") process.stdout.write(HELP);
    else if (command.verb === "version") process.stdout.write(`${ownPackage.version}\n`);
    else if (command.verb === "init") await (await import("./init-command.ts")).initCommand(command);
    else if (command.verb === "build") await (await import("./build-command.ts")).buildCommand(command);
    else if (command.verb === "smoke") await (await import("./smoke-command.ts")).smokeCommand(command);
    else if (command.verb === "audit") await (await import("./audit-command.ts")).auditCommand(command);
    else await (await import("./dev-command.ts")).devCommand(command);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return exitCodeOf(error);
  }
}
