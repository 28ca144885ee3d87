import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { CLOUDS, type Cloud } from "../clouds.ts";
import { type FirstCall, parseFirstCall } from "../dev/first-call.ts";
import { readFlags, toNumber, usage } from "../flags.ts";
import { toHeader, toUrl } from "../smoke/parse-smoke.ts";

const RELEASE_VERBS = [
  "deploy",
  "promote",
  "rollback",
  "status",
  "logs",
  "outputs",
  "destroy",
  "doctor",
  "diff",
] as const;

export type ReleaseVerb = (typeof RELEASE_VERBS)[number];

export interface ReleaseCommand {
  readonly verb: ReleaseVerb;
  /** Undefined for `diff` alone. */
  readonly cloud: Cloud | undefined;
  /** Undefined but for `diff`. */
  readonly url: URL | undefined;
  readonly candidate: boolean;
  readonly follow: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly allowBreaking: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly call: FirstCall | undefined;
  readonly timeoutSeconds: number | undefined;
}

const TRIES = ["header", "call", "timeout", "allow-breaking"];

/** Flags of each verb. One that would do nothing is refused. */
const TAKES: Readonly<Record<ReleaseVerb, readonly string[]>> = {
  deploy: ["candidate", "yes", "dry-run", ...TRIES],
  promote: ["dry-run", ...TRIES],
  rollback: ["dry-run"],
  status: ["dry-run"],
  logs: ["follow", "dry-run"],
  outputs: ["dry-run"],
  destroy: ["yes", "dry-run"],
  doctor: ["dry-run"],
  diff: ["header", "allow-breaking"],
};

const FLAGS = {
  candidate: { type: "boolean" },
  follow: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
  "allow-breaking": { type: "boolean" },
  header: { type: "string", multiple: true },
  call: { type: "string" },
  timeout: { type: "string" },
} as const satisfies ParseArgsOptionsConfig;

export const isReleaseVerb = (verb: string | undefined): verb is ReleaseVerb =>
  RELEASE_VERBS.some((one) => one === verb);

/** Reads the arguments of a verb of releases. Throws USAGE, which never repeats the value of a header. */
export function parseRelease(verb: ReleaseVerb, args: string[]): ReleaseCommand {
  const { values, positionals } = readFlags(verb, () => parseArgs({ args, options: FLAGS, allowPositionals: true }));
  const stray = Object.keys(values).find((flag) => flag !== "json" && !TAKES[verb].includes(flag));
  if (stray !== undefined) throw usage(`mcp-anycloud ${verb} has no flag --${stray}`, "leave it out");
  const [first, second] = positionals;
  if (second !== undefined) throw usage(`There is one argument, not ${positionals.length}`, `leave out ${second}`);
  if (first === undefined) {
    throw usage(
      `Nothing says what to ${verb}`,
      verb === "diff" ? "give the url of the live server" : "give aws, azure or gcp",
    );
  }
  return {
    verb,
    cloud: verb === "diff" ? undefined : toCloud(first),
    url: verb === "diff" ? toUrl(first) : undefined,
    candidate: values.candidate ?? false,
    follow: values.follow ?? false,
    yes: values.yes ?? false,
    dryRun: values["dry-run"] ?? false,
    json: values.json ?? false,
    allowBreaking: values["allow-breaking"] ?? false,
    headers: Object.fromEntries((values.header ?? []).map(toHeader)),
    call: values.call === undefined ? undefined : parseFirstCall(values.call),
    timeoutSeconds: toNumber("--timeout", values.timeout, [1, 900]),
  };
}

function toCloud(text: string): Cloud {
  const cloud = CLOUDS.find((one) => one === text);
  if (cloud) return cloud;
  throw usage(`There is no cloud "${text}"`, "give aws, azure or gcp");
}
