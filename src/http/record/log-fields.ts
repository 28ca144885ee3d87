import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { SpanIdentity } from "../span-identity.ts";
import type { RequestRecord } from "./request-record.ts";

/** Fields of the record that are known only while the request is served. */
type LateFields = {
  -readonly [Field in
    | "outcome"
    | "errorCode"
    | "era"
    | "protocolVersion"
    | "mcpMethod"
    | "mcpName"
    | "batch"
    | "clientName"
    | "clientVersion"
    | "requestBytes"
    | "storeReads"
    | "storeWrites"
    | "attempt"
    | "taskStatus"
    | "taskAgeMs"
    | "taskDelayMs"
    | "error"]?: RequestRecord[Field];
};

/** These fields, with names as the client sent them, and what the record is made of besides. */
export interface RequestLogFields extends LateFields {
  /** `_meta.traceparent` of the message, as its client sent it. */
  traceparent?: unknown;
  /** The span of the message, where telemetry is on. */
  span?: SpanIdentity;
  /** The server looks for a tool before it calls one, and says in words of the SDK that there is none. */
  checksTools?: true;
  /** Names in the list that the server answered. */
  listed?: readonly string[];
  /** The work goes on without the client, and ends later than the response. */
  isDetached?: boolean;
  /** Ends what `onEnd` ends, for work that went on without the client. Set when the record was written. */
  endLater?: () => void;
  /** Called with each response of the server. */
  onAnswer?: (response: JSONRPCMessage) => void;
  /** Called with the record when the response has ended, or later, when the work has. */
  onEnd?: (record: RequestRecord) => void;
  /** Set when the record was written: a later failure has no place in it. */
  isWritten?: true;
}
