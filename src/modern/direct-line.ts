import type {
  JSONRPCNotification,
  JSONRPCResponse,
  McpServer,
  MessageExtraInfo,
  Server,
  Transport,
} from "@modelcontextprotocol/server";
import { bindToCall, lowLevel } from "./server-internals.ts";
import type { UsualCall } from "./usual-call.ts";

/** What becomes of a call, in order: any number of notifications, then one of the others, once. */
interface CallEvents {
  notified(notification: JSONRPCNotification): void;
  answered(response: JSONRPCResponse): void;
  /** The server refused the call before it reached a handler. */
  turnedAway(): void;
  /** Closed before there was an answer. */
  closed(): void;
}

/** A server on a line that carries one call after another: connecting and closing costs as much as a call. */
export interface DirectLine {
  readonly server: McpServer | Server;
  /**
   * Hands a call to the server; the one before it must be over. From the second on, the server knows calls by numbers of
   * the line's own: what a handler of one caller says too late must not reach the next caller, whose id may be the same.
   */
  call(call: UsualCall, extra: MessageExtraInfo, events: CallEvents): void;
  /** Hangs up, which tells a handler that still runs. */
  close(): void;
  /** Whether the server may take another call: it is connected, and as its factory made it. */
  readonly isFit: boolean;
}

/** Connects a server, in place of the SDK's transport for one exchange, which makes a web `Response` and streams. */
export async function openDirectLine(server: McpServer | Server): Promise<DirectLine> {
  const target = lowLevel(server);
  let current:
    | { readonly id: string | number; readonly sentId: string | number; readonly events: CallEvents }
    | undefined;
  let calls = 0;
  let isDelivering = false;
  let isFit = true;
  const end = (): CallEvents | undefined => {
    const events = current?.events;
    current = undefined;
    return events;
  };
  const transport: Transport = {
    async start() {},
    async send(message, options) {
      if ("result" in message || "error" in message) {
        if (current === undefined || message.id !== current.id) return;
        // Handlers run later than this: what is refused here, the SDK's own entry answers with a status of its own.
        if (isDelivering) end()?.turnedAway();
        else {
          const { sentId } = current;
          end()?.answered(message.id === sentId ? message : { ...message, id: sentId });
        }
      } else if (!("id" in message)) {
        if (options?.relatedRequestId === undefined) isFit &&= !message.method.endsWith("/list_changed");
        else if (options.relatedRequestId === current?.id) current.events.notified(message);
      }
    },
    async close() {
      isFit = false;
      end()?.closed();
      transport.onclose?.();
    },
  };
  await server.connect(transport);
  return {
    server,
    call({ message, classification }, extra, events) {
      bindToCall(target, message, classification.revision ?? "");
      calls++;
      const id = calls === 1 ? message.id : `call ${calls}`;
      current = { id, sentId: message.id, events };
      isDelivering = true;
      try {
        transport.onmessage?.(calls === 1 ? message : { ...message, id }, { ...extra, classification });
      } finally {
        isDelivering = false;
      }
    },
    close: () => void transport.close(),
    get isFit() {
      return isFit;
    },
  };
}
