import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import { logAboutRequest } from "../../http/served-request.ts";
import { LISTS } from "../../server/list-kinds.ts";
import type { ListeningClient, OnListen } from "../../server/listening-client.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import { TASKS_EXTENSION } from "../../tasks/task-record.ts";
import type { Forward, ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { publishChange } from "../forwarding/publish-change.ts";
import type { UpstreamState } from "../source-facts.ts";
import { createBreaker } from "./breaker.ts";
import { createHear } from "./changes/hear.ts";
import { createListeners } from "./changes/listeners.ts";
import { createConcurrency } from "./concurrency.ts";
import { createListCache } from "./list-cache.ts";
import { readList } from "./read-list.ts";
import type { CheckedOptions, RemoteOptions } from "./remote-options.ts";
import { withSealedResult, withUnsealedParams } from "./sealed-state.ts";
import { createSender } from "./sender.ts";
import { toUnanswered, UpstreamFailure } from "./upstream-failure.ts";
import { createWire, NOBODY } from "./wire/upstream-wire.ts";

/** A server that is asked over HTTP. */
export interface Upstream {
  /** Throws ProtocolError. */
  forward(request: ForwardedRequest, context: FactoryContext): Promise<JsonObject>;
  readonly state: UpstreamState;
  /** Hears it outside of requests, for clients that listen. */
  readonly onListen: OnListen;
}

export function createUpstream(checked: CheckedOptions, options: RemoteOptions): Upstream {
  const { url, maxConcurrent } = checked;
  const { credentials, budget, tasks = false } = options;
  const perCaller = credentials?.perCaller ?? false;
  const report = (what: string): void => console.error(`upstream ${url.host} ${what}`);
  const breaker = createBreaker(options.breaker ?? {}, report);
  const lists = createListCache();
  const wire = createWire(checked, options);
  const send = createSender(wire);
  const enter = createConcurrency(maxConcurrent);

  /** Runs work within the limits of this instance. */
  async function within<Result>({ caller }: FactoryContext, work: () => Promise<Result>): Promise<Result> {
    const leave = enter(caller);
    try {
      return await breaker.run(work);
    } finally {
      leave();
    }
  }

  const onNotification =
    ({ notify, caller }: FactoryContext) =>
    (notification: JSONRPCNotification): void => {
      if (notification.method !== "notifications/resources/updated") lists.expire();
      // With a token of the caller's own, the change may concern nobody else.
      publishChange(notify, notification, perCaller ? { for: caller.principal } : undefined);
    };

  /** Tells where lists that are kept are other ones by now. */
  async function compareLists({ context, session }: ListeningClient): Promise<void> {
    lists.expire();
    for (const method of LISTS.keys()) {
      const asked = {
        ...NOBODY,
        era: context.era,
        method,
        params: {},
        client: { capabilities: {} },
        sessionId: session?.id,
      };
      if (lists.has(listKey(asked, context))) await list(asked, context);
    }
  }

  const listKey = ({ era, method }: ForwardedRequest, { caller }: FactoryContext): string =>
    `${era} ${method} ${perCaller ? caller.principal : ""}`;

  async function list(request: ForwardedRequest, context: FactoryContext): Promise<JsonObject> {
    const kind = LISTS.get(request.method) as NonNullable<ReturnType<typeof LISTS.get>>;
    const sendOne: Forward = (asked) =>
      within(context, () => send(asked, { context, onSessionNotification: () => {} }));
    const onChange = (): void => onNotification(context)(CHANGES[kind.member] as JSONRPCNotification);
    const { items, freshMs } = await lists.get(
      listKey(request, context),
      () => readList(kind, { request, send: sendOne, ...checked }),
      onChange,
    );
    return { [kind.member]: items, ttlMs: freshMs, cacheScope: "private" };
  }

  async function call(request: ForwardedRequest, context: FactoryContext): Promise<JsonObject> {
    if (budget) await spend(budget, context);
    const asked = {
      ...withoutTasks(request, tasks),
      params: await withUnsealedParams(request, { context, perCaller }),
    };
    const sendOne = (): Promise<JsonObject> => send(asked, { context, onSessionNotification: onNotification(context) });
    const result = await within(context, sendOne);
    return withSealedResult(result, request, { context, perCaller });
  }

  return {
    get state() {
      return breaker.state;
    },
    onListen: createListeners({
      perCaller,
      maxStreams: maxConcurrent,
      hear: createHear(wire),
      // A list that cannot be read now is read by the next who asks.
      onOpen: (client) => void compareLists(client).catch(() => {}),
      onNotification: ({ context }, notification) => onNotification(context)(notification),
      report,
    }),
    async forward(request, context) {
      try {
        return await (LISTS.has(request.method) ? list(request, context) : call(request, context));
      } catch (error) {
        if (!(error instanceof UpstreamFailure)) throw error;
        logAboutRequest(`upstream ${url.host}: ${error.message}`, ...(error.cause ? [String(error.cause)] : []));
        return toUnanswered(request, error);
      }
    },
  };
}

const CHANGES: Readonly<Record<string, JSONRPCNotification>> = {
  tools: { jsonrpc: "2.0", method: "notifications/tools/list_changed" },
  prompts: { jsonrpc: "2.0", method: "notifications/prompts/list_changed" },
  resources: { jsonrpc: "2.0", method: "notifications/resources/list_changed" },
  resourceTemplates: { jsonrpc: "2.0", method: "notifications/resources/list_changed" },
};

async function spend(budget: NonNullable<RemoteOptions["budget"]>, { rateLimiter }: FactoryContext): Promise<void> {
  const { allowed, retryAfterSeconds } = await rateLimiter.take("upstream", budget);
  if (allowed) return;
  throw new UpstreamFailure("refused", `Its budget is used up: try again in ${retryAfterSeconds} s.`);
}

/** An upstream that begins a task for a client that could not follow it would lose its result. */
function withoutTasks(request: ForwardedRequest, tasks: boolean): ForwardedRequest {
  const { extensions } = request.client.capabilities as { readonly extensions?: JsonObject };
  if (tasks || !extensions || !(TASKS_EXTENSION in extensions)) return request;
  const { [TASKS_EXTENSION]: _tasks, ...rest } = extensions;
  return {
    ...request,
    client: { ...request.client, capabilities: { ...request.client.capabilities, extensions: rest } },
  };
}
