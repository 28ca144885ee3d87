import { type BuildCommand, parseBuild } from "./build/parse-build.ts";
import { type AuditCommand, parseAudit } from "./commands/audit-command.ts";
import { type DevCommand, parseDev } from "./dev/parse-dev.ts";
import { usage } from "./flags.ts";
import { type InitCommand, parseInit } from "./init/parse-init.ts";
import { type LockCommand, parseLock } from "./lock/parse-lock.ts";
import { isReleaseVerb, parseRelease, type ReleaseCommand } from "./release/parse-release.ts";
import { parseSmoke, type SmokeCommand } from "./smoke/parse-smoke.ts";

export type Command =
  | { readonly verb: "help" }
  | { readonly verb: "version" }
  | BuildCommand
  | DevCommand
  | InitCommand
  | SmokeCommand
  | ReleaseCommand
  | AuditCommand
  | LockCommand;

/** Reads a command line. Throws USAGE with what to write instead. */
export function parseCommand(args: readonly string[]): Command {
  const [verb, ...rest] = args;
  if (verb === "help" || args.includes("--help") || args.includes("-h")) return { verb: "help" };
  if (args.includes("--version") || args.includes("-v")) return { verb: "version" };
  if (verb === "init") return parseInit(rest);
  if (verb === "build") return parseBuild(rest);
  if (verb === "dev") return parseDev(rest);
  if (verb === "smoke") return parseSmoke(rest);
  if (verb === "audit") return parseAudit(rest);
  if (isReleaseVerb(verb)) return parseRelease(verb, rest);
  if (verb === "lock") return parseLock(rest);
  throw usage(
    verb === undefined ? "Nothing was asked for" : `There is no command "${verb}"`,
    "use init, dev, build, smoke, deploy, diff, lock or audit",
  );
}
