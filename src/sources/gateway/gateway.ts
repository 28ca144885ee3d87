import type { Implementation, JSONRPCNotification } from "@modelcontextprotocol/server";
import { defineServer, factoryOf, type ServerDefinition } from "../../define-server.ts";
import { AnycloudError } from "../../errors.ts";
import { type FactoryContext, type ServerFactory, withRoutes } from "../../server/server-factory.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { createForwardingServer } from "../forwarding/forwarding-server.ts";
import { factsOf, withFacts } from "../source-facts.ts";
import { combinedDefinition } from "./combined-definition.ts";
import { directRoute } from "./direct-route.ts";
import { callLocally } from "./local-source.ts";
import { checkLock, type LockOptions } from "./lock/tool-lock.ts";
import { withLock } from "./lock/with-lock.ts";
import { createSourceNames } from "./naming.ts";
import type { Route } from "./route.ts";
import { createRouter } from "./router.ts";
import { searchPolicy, searchRules } from "./search/search-tools.ts";
import { checkSearch, type SearchOptions, withSearch } from "./search/tool-search.ts";
import type { Source } from "./source.ts";
import { SourceContext } from "./source-context.ts";

export interface GatewayOptions extends Omit<ServerDefinition, "createServer"> {
  /** How the gateway presents itself. Default: `{ name: "gateway", version: "1.0.0" }`. */
  readonly info?: Implementation;
  /** Tells models how to use the servers behind it. Default: none. */
  readonly instructions?: string;
  /**
   * Prefixes of the names of tools and prompts, by source: `{ crm: "crm." }`, or `""` for one source whose
   * names and URIs stay as they are. Default: the source and an underscore, as in `crm_find_customer`.
   */
  readonly prefixes?: Readonly<Record<string, string>>;
  /**
   * Puts a search in front of the tools: clients are given `find_tools` and `call_tool` instead of all of them. Default: none.
   */
  readonly search?: SearchOptions;
  /** Holds the tools of other people's servers to what they were when they were locked. Default: none. */
  readonly lock?: LockOptions;
  /** Seconds for which a list waits for a source, before it leaves that source out. 1 to 60. Default 10. */
  readonly listSeconds?: number;
}

/**
 * One server with the tools, prompts and resources of many. Each request goes to the one source that its name belongs to;
 * lists are those of all sources that answer in time. What applies to a server (policy, rules of tools, audit, tasks) applies
 * to the gateway as a whole; rules of a source's own are kept as well. Throws SERVER_INVALID.
 */
export function gateway(sources: Readonly<Record<string, Source>>, options: GatewayOptions = {}): ServerDefinition {
  const {
    info = { name: "gateway", version: "1.0.0" },
    instructions,
    prefixes,
    search,
    lock,
    listSeconds = 10,
    ...own
  } = options;
  if (!Number.isFinite(listSeconds) || listSeconds < 1 || listSeconds > 60) {
    throw new AnycloudError("SERVER_INVALID", `listSeconds of a gateway must be from 1 to 60, not ${listSeconds}.`);
  }
  const names = createSourceNames(Object.keys(sources), prefixes);
  const factories = new Map(
    Object.entries(sources).map(([source, server]) => [source, checkedFactory(source, server)] as const),
  );
  const hasTasks = Object.values(sources).some((source) => factsOf(source).hasTasks);
  const combined = combinedDefinition(sources, { names, own });
  if (search) checkSearch(search);
  if (lock) checkLock(lock);
  const isForeign = (name: string): boolean => {
    const source = names.byName(name)?.naming.source;
    return source !== undefined && factsOf(sources[source]).state !== undefined;
  };
  const rules = { policy: combined.policy, tools: combined.tools ?? {} };

  /** `isGuarded`: with the lock and the search. */
  function build(context: FactoryContext, isGuarded: boolean): ReturnType<typeof createForwardingServer> {
    // A search reads its list here, and sends a part of it.
    const maxListBytes = isGuarded && !search ? MAX_LIST_BYTES : Number.POSITIVE_INFINITY;
    const routerOptions = { names, listMs: listSeconds * 1000, maxListBytes };
    const routes = names.all.map((naming): Route => {
      const createSource = factories.get(naming.source) as ServerFactory;
      const sourceContext = new SourceContext(context, naming);
      return {
        naming,
        send: (request, onSessionNotification) =>
          callLocally({ createServer: createSource, context: sourceContext, request, onSessionNotification }),
      };
    });
    const router = createRouter(routes, routerOptions);
    const tell = (notification: JSONRPCNotification): void =>
      void server.notification(notification as never).catch(() => {});
    const route = (request: ForwardedRequest): Promise<JsonObject> => router(request, tell);
    const listSourceOf = async (name: string, request: ForwardedRequest): Promise<readonly JsonObject[]> => {
      const routeOf = routes.filter(({ naming }) => naming === names.byName(name)?.naming);
      const list = await createRouter(routeOf, routerOptions)({ ...request, method: "tools/list", params: {} }, tell);
      return list.tools as readonly JsonObject[];
    };
    const answer = lock && isGuarded ? withLock(route, lock, { isForeign, listSourceOf }) : route;
    const server = createForwardingServer({
      info,
      instructions,
      context,
      hasTasks,
      forward: search && isGuarded ? withSearch(answer, search, { rules, context }) : answer,
    });
    return server;
  }

  const definition = search ? searchedDefinition(combined) : combined;
  const unlocked = defineServer({ createServer: (context) => build(context, false) });
  const health = (): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(sources).map(([source, server]) => [source, factsOf(server).state?.() ?? "ok"]));
  const createServer: ServerFactory = (context) => build(context, true);
  // A lock, a search and tasks stand between a call and its source.
  if (!lock && !search && !combined.tasks) {
    withRoutes(createServer, (request) => directRoute(request, { names, factories, info }));
  }
  const guarded = defineServer({ createServer, health, ...definition });
  return withFacts(guarded, { hasTasks, isForeign, unlocked });
}

/** Bytes of a list of several sources, which one response holds: that may have 4 MiB unless it is set otherwise. */
const MAX_LIST_BYTES = 3_145_728;

type Combined = ReturnType<typeof combinedDefinition>;

/** The rules of a definition, for tools that are called by `call_tool`, too. */
const searchedDefinition = ({ tools = {}, policy, ...rest }: Combined): Combined => ({
  ...rest,
  tools: { ...searchRules(policy !== undefined), ...tools },
  ...(policy && { policy: searchPolicy(policy, tools) }),
});

function checkedFactory(source: string, server: Source): ServerFactory {
  try {
    return factoryOf(server);
  } catch (error) {
    throw new AnycloudError("SERVER_INVALID", `Source ${source} of the gateway: ${(error as Error).message}`);
  }
}
