import type { JSONRPCRequest } from "@modelcontextprotocol/server";

/** The kinds of things that a server offers. */
export type Primitive = "tool" | "prompt" | "resource" | "resourceTemplate";

/** The use that a request makes of one thing that a server offers. */
export interface Operation {
  readonly action: "call" | "get" | "read" | "complete" | "subscribe";
  readonly primitive: Primitive;
  /** As the caller gave it: the name of a tool or prompt, the URI of a resource or template. Empty where there is none. */
  readonly name: string;
  /** Arguments of a tool or prompt. */
  readonly arguments?: unknown;
}

/** The method that opens a stream of notifications in 2026-07-28. */
export const LISTEN = "subscriptions/listen";

interface Params {
  readonly name?: unknown;
  readonly uri?: unknown;
  readonly arguments?: unknown;
  readonly ref?: { readonly type?: unknown; readonly name?: unknown; readonly uri?: unknown } | null;
  readonly notifications?: { readonly resourceSubscriptions?: unknown } | null;
}

/** The operations of a request: none for one that uses nothing, such as `ping` or a list; one for each URI of a `LISTEN`. */
export function operationsOf({ method, params }: JSONRPCRequest): readonly Operation[] {
  const { name, uri, arguments: args, ref, notifications } = (params ?? {}) as Params;
  switch (method) {
    case "tools/call":
      return [{ action: "call", primitive: "tool", name: textOf(name), arguments: args }];
    case "prompts/get":
      return [{ action: "get", primitive: "prompt", name: textOf(name), arguments: args }];
    case "resources/read":
    case "resources/directory/read":
    case "skills/get":
      return [{ action: "read", primitive: "resource", name: textOf(uri) }];
    case "resources/subscribe":
      return [{ action: "subscribe", primitive: "resource", name: textOf(uri) }];
    case "completion/complete":
      return ref?.type === "ref/resource"
        ? [{ action: "complete", primitive: "resourceTemplate", name: textOf(ref.uri) }]
        : [{ action: "complete", primitive: "prompt", name: textOf(ref?.name) }];
    case LISTEN:
      return subscriptionsIn(notifications?.resourceSubscriptions);
    default:
      return [];
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const subscriptionsIn = (uris: unknown): Operation[] =>
  Array.isArray(uris) ? uris.map((uri) => ({ action: "subscribe", primitive: "resource", name: textOf(uri) })) : [];

/** The same `LISTEN` without its subscriptions to some URIs. */
export function withoutSubscriptions(listen: JSONRPCRequest, uris: ReadonlySet<string>): JSONRPCRequest {
  const { notifications, ...params } = listen.params as {
    readonly notifications: { resourceSubscriptions: unknown[] };
  };
  const resourceSubscriptions = notifications.resourceSubscriptions.filter((uri) => !uris.has(textOf(uri)));
  return { ...listen, params: { ...params, notifications: { ...notifications, resourceSubscriptions } } };
}
