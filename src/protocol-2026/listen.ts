import type { JSONRPCRequest, ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import type { Principal } from "../auth/principal.ts";
import { streamSecondsOf } from "../config/stream-seconds.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { invocationEnd } from "../http/invocation-end.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import { callOnListen, type OnListen } from "../server/listening-client.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { operationsOf } from "../server/operation.ts";
import { buildServer, type ServerFactory } from "../server/server-factory.ts";
import { type ChangeEntry, type ChangeEvents, isFor } from "../services/change-events.ts";
import type { OpenServicesOf } from "../services/services.ts";
import { SdkHandler } from "./sdk-handler.ts";

export interface ListenOptions {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  readonly changeEvents: ChangeEvents;
  readonly onListen?: OnListen | undefined;
  readonly streamSeconds?: number | undefined;
}

/** Serves `subscriptions/listen` until its time is up. Throws STORE_UNAVAILABLE and Rejection. */
export async function listen(
  mcpRequest: McpRequest,
  { createServer, openServices, changeEvents, onListen, streamSeconds }: ListenOptions,
): Promise<HttpResponse> {
  const { invocation, lifetime } = mcpRequest;
  const deadline = invocationEnd(invocation);
  // A subscription that comes too late is also told to subscribe again.
  if (deadline.aborted) lifetime.endsAtDeadline = true;
  const subscription = await subscribe(changeEvents, mcpRequest.principal);
  const services = openServices(mcpRequest);
  const webRequest = lazyRequest(mcpRequest.request, mcpRequest.signal);
  const build = { createServer, era: "modern", mcpRequest, services: () => services, webRequest } as const;
  const handler = new SdkHandler({ mcpRequest, buildServer: () => buildServer(build), bus: subscription.bus });
  try {
    return await handler.respond();
  } finally {
    subscription.sdkResponded();
    // The response ends with the result that tells the client to subscribe again.
    lifetime.endsAtDeadline = true;
    const seconds = streamSecondsOf(streamSeconds, invocation);
    endAfter(() => handler.close(), { seconds, deadline, ended: subscription.ended });
    const resources = operationsOf(mcpRequest.message as JSONRPCRequest).map(({ name }) => name);
    callOnListen(onListen, {
      era: "modern",
      request: mcpRequest,
      openServices,
      resources,
      signal: subscription.ended,
    });
  }
}

/** The events of one subscription, from all instances. */
export interface Subscription {
  /** For the SDK, which subscribes once and acknowledges in the same turn. */
  readonly bus: ServerEventBus;
  /** Fires when the subscription ended, or when the SDK opened none. */
  readonly ended: AbortSignal;
  /** To be called when the SDK has responded: ends it unless the SDK subscribed. */
  sdkResponded(): void;
}

/**
 * Follows the change events that concern a principal before the SDK subscribes, so that no event is missed that is published
 * after the acknowledgement. Throws STORE_UNAVAILABLE.
 */
export async function subscribe(changeEvents: ChangeEvents, principal: Principal): Promise<Subscription> {
  const ended = new AbortController();
  const early: ServerEvent[] = [];
  let forward = (event: ServerEvent): void => void early.push(event);
  let isSubscribed = false;
  const onEntry = ({ events }: ChangeEntry): void => {
    for (const event of events) if (isFor(event, principal)) forward(event);
  };
  await changeEvents.follow({ signal: ended.signal, onEntry });
  return {
    bus: {
      publish: () => {},
      subscribe(listener) {
        isSubscribed = true;
        forward = listener;
        for (const event of early.splice(0)) listener(event);
        return () => ended.abort();
      },
    },
    ended: ended.signal,
    sdkResponded() {
      if (!isSubscribed) ended.abort();
    },
  };
}

export interface EndOptions {
  readonly seconds: number;
  readonly deadline: AbortSignal;
  /** Fires when there is nothing left to end. */
  readonly ended: AbortSignal;
}

/** Calls `end` after so many seconds, or when the deadline fires, unless it ended before. */
export function endAfter(end: () => void, { seconds, deadline, ended }: EndOptions): void {
  if (ended.aborted) return;
  if (deadline.aborted) {
    end();
    return;
  }
  const timer = setTimeout(end, seconds * 1000);
  deadline.addEventListener("abort", end, { once: true });
  ended.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      deadline.removeEventListener("abort", end);
    },
    { once: true },
  );
}
