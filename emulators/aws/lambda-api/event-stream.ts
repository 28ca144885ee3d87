import { EventStreamCodec } from "@smithy/core/event-streams";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

/** The media type of the frames ("Event stream encoding" of AWS's Smithy specification). */
export const EVENT_STREAM = "application/vnd.amazon.eventstream";

/** How an invocation ended, in the last event (Lambda API Reference, InvokeWithResponseStreamCompleteEvent). */
export interface InvokeComplete {
  readonly ErrorCode?: string;
  readonly ErrorDetails?: string;
}

/** A part of the function's response as a frame (Lambda API Reference, InvokeResponseStreamUpdate). */
export const payloadFrame = (payload: Uint8Array): Uint8Array =>
  toFrame("PayloadChunk", "application/octet-stream", payload);

export const completeFrame = (complete: InvokeComplete): Uint8Array =>
  toFrame("InvokeComplete", "application/json", Buffer.from(JSON.stringify(complete)));

function toFrame(eventType: string, contentType: string, body: Uint8Array): Uint8Array {
  const text = (value: string) => ({ type: "string" as const, value });
  return codec.encode({
    headers: {
      ":message-type": text("event"),
      ":event-type": text(eventType),
      ":content-type": text(contentType),
    },
    body,
  });
}
