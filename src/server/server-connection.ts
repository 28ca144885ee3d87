import type {
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  MessageExtraInfo,
  ScopeChallengeHandler,
} from "@modelcontextprotocol/server";
import type { ConnectableServer } from "../define-server.ts";
import { dispatcherOf } from "./dispatcher.ts";
import type { ScopeAwareTransport } from "./message-interceptor.ts";

/** What becomes of a call, in order: any number of notifications and questions, then one of the others, once. */
export interface CallEvents {
  notified(notification: JSONRPCNotification): void;
  /** The server asks its client something; what this throws, the server is told. */
  asked(request: JSONRPCRequest): void;
  answered(response: JSONRPCResponse): void;
  /** The server refused the call before it reached a handler. */
  turnedAway(response: JSONRPCResponse): void;
  /** Closed before there was an answer. */
  closed(): void;
}

/** A server on a line that carries one call after another: connecting and closing costs as much as a call. */
export interface DirectLine {
  readonly server: ConnectableServer;
  /** What the server told its transport of scopes (`scopeChallenge` of SDK v2), as one that hides in another does. */
  readonly scopeResolver: ScopeChallengeHandler | undefined;
  /**
   * Hands a call to the server; the one before it must be over. From the second on, the server knows calls by numbers of
   * the line's own: what a handler of one caller says too late must not reach the next caller, whose id may be the same.
   */
  call(message: JSONRPCRequest, extra: MessageExtraInfo, events: CallEvents): void;
  /** Closes the server, which tells a handler that still runs. */
  close(): void;
  /** Whether the server may take another call: it is connected, and as its factory made it. */
  readonly isFit: boolean;
}

interface CurrentCall {
  readonly id: string | number;
  readonly sentId: string | number;
  readonly events: CallEvents;
}

/** Connects a server, in place of a transport for one exchange. */
export async function openDirectLine(server: ConnectableServer): Promise<DirectLine> {
  let current: CurrentCall | undefined;
  let calls = 0;
  let firstId: string | number = "";
  let isDelivering = false;
  let isFit = true;
  let scopeResolver: ScopeChallengeHandler | undefined;
  const end = (): CurrentCall | undefined => {
    const ended = current;
    current = undefined;
    return ended;
  };
  function respond(response: JSONRPCResponse): void {
    if (current === undefined || response.id !== current.id) return;
    const { id, sentId, events } = current;
    end();
    const answer = id === sentId ? response : { ...response, id: sentId };
    // Handlers run later than this.
    if (isDelivering) events.turnedAway(answer);
    else events.answered(answer);
  }
  function ask(request: JSONRPCRequest): void {
    if (!current) throw new Error("The call is over: its client cannot be asked any more.");
    // SDK v1 holds on to a question that it could not send.
    isFit = false;
    current.events.asked(request);
  }
  const transport: ScopeAwareTransport = {
    async start() {},
    setScopeChallengeResolver(resolver) {
      scopeResolver = resolver;
    },
    async send(message, options) {
      if (!("method" in message)) respond(message);
      else if ("id" in message) ask(message);
      else if (options?.relatedRequestId === undefined) isFit &&= !message.method.endsWith("/list_changed");
      else if (options.relatedRequestId === current?.id) current.events.notified(message);
    },
    async close() {
      isFit = false;
      end()?.events.closed();
      transport.onclose?.();
    },
  };
  const dispatch = await dispatcherOf(server, transport);
  return {
    server,
    get scopeResolver() {
      return scopeResolver;
    },
    call(message, extra, events) {
      calls++;
      if (calls === 1) firstId = message.id;
      // Longer than the first one, which its client chose, and so another.
      const id = calls === 1 ? firstId : `${firstId} ${calls}`;
      current = { id, sentId: message.id, events };
      isDelivering = true;
      try {
        dispatch(calls === 1 ? message : { ...message, id }, extra);
      } finally {
        isDelivering = false;
      }
    },
    close() {
      isFit = false;
      // Which closes the transport, and whatever else the server's author closes with it.
      void server.close().catch(() => {});
    },
    get isFit() {
      return isFit;
    },
  };
}
