import { parseCommand } from "./command.ts";
import { exitCodeOf, sentenceOf } from "./failure.ts";
import { HELP } from "./help.ts";
import { ownPackage } from "./package-json.ts";

/** Runs a command line and settles with the exit code: 0, or that of `exitCodeOf`. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(args);
    if (command.verb === "help") process.stdout.write(HELP);
    else if (command.verb === "version") process.stdout.write(`${ownPackage.version}\n`);
    else if (command.verb === "init") await (await import("./commands/init-command.ts")).initCommand(command);
    else if (command.verb === "build") await (await import("./commands/build-command.ts")).buildCommand(command);
    else if (command.verb === "smoke") await (await import("./commands/smoke-command.ts")).smokeCommand(command);
    else if (command.verb === "lock") await (await import("./commands/lock-command.ts")).lockCommand(command);
    else if (command.verb === "audit") await (await import("./commands/audit-command.ts")).auditCommand(command);
    else if (command.verb === "dev") await (await import("./commands/dev-command.ts")).devCommand(command);
    else await (await import("./commands/release-command.ts")).releaseCommand(command);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return exitCodeOf(error);
  }
}
