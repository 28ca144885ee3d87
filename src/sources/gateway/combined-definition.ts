import type { Policy, PolicyQuestion } from "../../authorization/policy.ts";
import type { ServerDefinition } from "../../define-server.ts";
import { AnycloudError } from "../../errors.ts";
import { combinedListening } from "./combined-listening.ts";
import type { Naming, SourceNames } from "./naming.ts";
import type { Source } from "./source.ts";

type Own = Omit<ServerDefinition, "createServer">;

export interface CombineOptions {
  readonly names: SourceNames;
  /** The fields that the gateway itself was given. */
  readonly own: Own;
}

/** Fields that belong to an endpoint, of which there is one. */
const OF_ENDPOINT = ["verifier", "principalOf", "authorizationServers", "audit", "telemetry"] as const;

/**
 * The gateway's own definition, with the rules and policies of its sources under the gateway's names. Throws SERVER_INVALID
 * for what a source cannot have of its own.
 */
export function combinedDefinition(sources: Readonly<Record<string, Source>>, { names, own }: CombineOptions): Own {
  const defined = names.all.flatMap((naming) => {
    const server = sources[naming.source];
    return typeof server === "object" ? [{ naming, server }] : [];
  });
  for (const { naming, server } of defined) refuseFieldsOfEndpoint(naming, server);
  const tools = Object.fromEntries(
    defined.flatMap(({ naming, server }) =>
      Object.entries(server.tools ?? {}).map(([tool, rules]) => [`${naming.prefix}${tool}`, rules] as const),
    ),
  );
  const tasks = tasksOf(defined, own);
  const policy = combinedPolicy(new Map(defined.map(({ naming, server }) => [naming, server.policy])), { names, own });
  const onListen = combinedListening(sources, names, own.onListen);
  return {
    ...own,
    ...(onListen && { onListen }),
    ...((own.tools !== undefined || Object.keys(tools).length > 0) && { tools: { ...tools, ...own.tools } }),
    ...(tasks && { tasks }),
    ...(policy && { policy }),
  };
}

function refuseFieldsOfEndpoint({ source }: Naming, server: ServerDefinition): void {
  const field = OF_ENDPOINT.find((name) => server[name] !== undefined);
  if (field === undefined) return;
  const message = `Source ${source} of the gateway has ${field}, which belongs to the endpoint: give it to the gateway.`;
  throw new AnycloudError("SERVER_INVALID", message);
}

interface Defined {
  readonly naming: Naming;
  readonly server: ServerDefinition;
}

function tasksOf(defined: readonly Defined[], own: Own): Own["tasks"] {
  const all = new Set([own.tasks, ...defined.map(({ server }) => server.tasks)].filter((tasks) => tasks !== undefined));
  if (all.size < 2) return [...all][0];
  const { naming } = defined.find(({ server }) => server.tasks !== undefined) as Defined;
  const message = `Source ${naming.source} of the gateway has tasks of its own: call createTasks() once, and give its result to all.`;
  throw new AnycloudError("SERVER_INVALID", message);
}

/** Allows what both the gateway's policy and that of the source allow. Undefined where there is none. */
function combinedPolicy(
  policies: ReadonlyMap<Naming, Policy | undefined>,
  { names, own }: CombineOptions,
): Policy | undefined {
  if (![own.policy, ...policies.values()].some((policy) => policy !== undefined)) return undefined;
  return {
    decide(question) {
      const outer = own.policy?.decide(question) ?? { allowed: true, policies: [] };
      if (outer.allowed !== true || outer.failed) return outer;
      const inner = innerQuestion(question, names);
      const policy = inner && policies.get(inner.naming);
      if (!inner || !policy) return outer;
      const answer = policy.decide(inner.question);
      return { ...answer, policies: [...outer.policies, ...answer.policies] };
    },
  };
}

/** The question as the policy of the source would be asked it. */
function innerQuestion(
  question: PolicyQuestion,
  names: SourceNames,
): { readonly naming: Naming; readonly question: PolicyQuestion } | undefined {
  for (const [field, find] of [
    ["tool", names.byName],
    ["prompt", names.byName],
    ["resource", names.byUri],
    ["resourceTemplate", names.byUri],
  ] as const) {
    const name = question[field];
    if (name === undefined) continue;
    const found = find(name);
    return found && { naming: found.naming, question: { ...question, [field]: found.inner } };
  }
  return undefined;
}
