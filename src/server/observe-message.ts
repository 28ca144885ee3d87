import type { JSONRPCMessage, JSONRPCNotification, JSONRPCRequest } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import { nameIn } from "../http/record/known-names.ts";
import type { RequestLogFields } from "../http/record/log-fields.ts";
import { recordAnswer } from "../http/record/record-answer.ts";
import { servedRequest } from "../http/served-request.ts";
import type { MessageSpan } from "../http/telemetry.ts";

/** Serves the one message of a POST in a span, where requests are observed. The span ends with the record of the request. */
export function observeMessage<Result>(context: RequestContext, message: unknown, serve: () => Result): Result {
  const span = startSpan(context, message);
  if (!span) return serve();
  const { logFields } = context;
  if (span.identity) logFields.span = span.identity;
  logFields.onAnswer = span.answered;
  logFields.onEnd = span.end;
  return span.run(serve);
}

/** The spans of the messages of a batch, each of which ends with its own response. */
export interface BatchSpans {
  /** Hands a message to its server. */
  run(message: JSONRPCRequest | JSONRPCNotification, receive: () => void): void;
  /** Ends the span of a request: with its response, or with what became of it. */
  end(request: JSONRPCRequest, end: JSONRPCMessage | Pick<RequestLogFields, "outcome" | "errorCode">): void;
}

export function observeBatch(context: RequestContext): BatchSpans {
  const spans = new Map<unknown, MessageSpan>();
  const { protocolVersion } = context.logFields;
  const endWith = (span: MessageSpan, message: object, fields: RequestLogFields): void => {
    const mcpName = nameIn(message);
    const all = {
      ...fields,
      ...(protocolVersion !== undefined && { protocolVersion }),
      mcpMethod: (message as JSONRPCRequest).method,
      ...(mcpName !== undefined && { mcpName }),
      ...(context.logFields.checksTools && { checksTools: true as const }),
    };
    span.end({ ...all, ...servedRequest.getStore()?.names?.shown(all) });
  };
  return {
    run(message, receive) {
      const span = startSpan(context, message);
      if (!span) return receive();
      span.run(receive);
      if ("id" in message) spans.set(message.id, span);
      else endWith(span, message, { outcome: "ok" });
    },
    end(request, end) {
      const span = spans.get(request.id);
      spans.delete(request.id);
      if (!span) return;
      if (!("jsonrpc" in end)) return endWith(span, request, end);
      const fields: RequestLogFields = {};
      recordAnswer(fields, end, nameIn(request) ?? "");
      span.answered(end);
      endWith(span, request, fields);
    },
  };
}

function startSpan({ request, invocation }: RequestContext, message: unknown): MessageSpan | undefined {
  const { telemetry, names } = servedRequest.getStore() ?? {};
  if (!telemetry || !isCall(message)) return undefined;
  return telemetry.startMessage({ request, invocation, message, isKnown: (...name) => names?.has(...name) ?? false });
}

/** Whether a message is a request or a notification. */
const isCall = (message: unknown): message is JSONRPCRequest | JSONRPCNotification =>
  typeof message === "object" && message !== null && typeof (message as { method?: unknown }).method === "string";
