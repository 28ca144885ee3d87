import { parseArgs } from "node:util";
import { AnycloudError } from "../../src/index.ts";
import { TEST_INGRESSES, type TestIngress } from "./ingress.ts";
import { AMNESIA, inTurn, MODES, type Mode } from "./mode.ts";
import { REVISIONS, type Revision } from "./revision.ts";

/** The options of `npm run conformance`. */
export interface ConformanceOptions {
  readonly ingresses: readonly TestIngress[];
  readonly revisions: readonly Revision[];
  readonly modes: readonly Mode[];
  /** Where the state is: in DynamoDB, in the store of the ingress's own cloud, or in Redis. */
  readonly store: TestStore;
  /** Containers behind haproxy, which are replaced meanwhile, instead of the ingresses. */
  readonly balancer?: true;
  /** Endpoint of a server that is up already, to be tested instead of the fixture behind the ingresses. */
  readonly url?: string;
}

const TEST_STORES = ["dynamodb", "native", "redis"] as const;

export type TestStore = (typeof TEST_STORES)[number];

/** The output of `--help`. */
export const USAGE: string = `Usage: npm run conformance -- [options]

Runs the official MCP conformance suite against the fixture server behind each cloud's emulated ingress, once with
three instances in turn and once with a fresh process for every request.

  --ingress aws|azure|gcp    an ingress; repeat it for several (default: all)
  --revision DATE          ${REVISIONS.join(" or ")}; repeat it for both (default: both)
  --instances N            N processes in turn; together with --amnesia: both, one after the other
  --amnesia                a fresh process for every request
  --store ${TEST_STORES.join("|")}    dynalite, the engine of the cloud's own store, or redis-server (default: dynamodb)
  --balancer               three containers behind haproxy instead, which are replaced one after the other meanwhile
  --url URL                test the server at this loopback address instead, e.g. http://127.0.0.1:8000/mcp
  --help                   print this
`;

const OPTIONS = {
  ingress: { type: "string", multiple: true },
  revision: { type: "string", multiple: true },
  instances: { type: "string" },
  amnesia: { type: "boolean" },
  store: { type: "string" },
  balancer: { type: "boolean" },
  url: { type: "string" },
  help: { type: "boolean" },
} as const;

/** Reads the command line; undefined when help is asked for. Throws USAGE with one sentence. */
export function readOptions(args: readonly string[]): ConformanceOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { url, instances, amnesia = false, balancer } = values;
  const target = url === undefined ? balancer && "balancer" : "url";
  const ofIngresses = ["ingress", "instances", "amnesia", ...(url === undefined ? [] : ["store", "balancer"])] as const;
  const other = target && ofIngresses.find((name) => values[name as keyof Values] !== undefined);
  if (other) throw usage(`--${other} concerns the emulated ingresses and cannot be combined with --${target}`);
  if (url !== undefined) {
    if (!URL.canParse(url)) throw usage(`--url must be a URL such as http://127.0.0.1:8000/mcp, not "${url}"`);
  }
  if (instances !== undefined && !/^[1-9]\d?$/.test(instances))
    throw usage(`--instances must be a number from 1 to 99, not "${instances}"`);
  return {
    ingresses: oneOf("ingress", values.ingress ?? TEST_INGRESSES, TEST_INGRESSES),
    revisions: oneOf("revision", values.revision ?? REVISIONS, REVISIONS),
    modes: toModes(instances, amnesia),
    store: oneOf("store", [values.store ?? "dynamodb"], TEST_STORES)[0] ?? "dynamodb",
    ...(balancer && { balancer }),
    ...(url !== undefined && { url }),
  };
}

function toModes(instances: string | undefined, amnesia: boolean): readonly Mode[] {
  const asked = [instances !== undefined && inTurn(Number(instances)), amnesia && AMNESIA].filter(
    (mode) => mode !== false,
  );
  return asked.length > 0 ? asked : MODES;
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    // Node's own message goes on to explain positional arguments, of which there are none here.
    const [problem] = (error as Error).message.split(/\. |\n/, 1);
    throw usage(problem ?? "the options cannot be read");
  }
}

function oneOf<Name extends string>(option: string, given: readonly string[], names: readonly Name[]): Name[] {
  return given.map((value) => {
    const name = names.find((candidate) => candidate === value);
    if (!name) throw usage(`--${option} must be ${names.join(" or ")}, not "${value}"`);
    return name;
  });
}

const usage = (problem: string): AnycloudError =>
  new AnycloudError("USAGE", `${problem.replace(/\.$/, "")}; --help lists the options.`);
