import { crc32 } from "node:zlib";

/** The media type of the frames. */
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

/** Two lengths and their checksum. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The type of a header whose value is a string. */
const STRING = 7;

/** https://smithy.io/2.0/aws/amazon-eventstream.html, "Event message format". */
function toFrame(eventType: string, contentType: string, payload: Uint8Array): Uint8Array {
  const fields = { ":message-type": "event", ":event-type": eventType, ":content-type": contentType };
  const headers = Buffer.concat(Object.entries(fields).map(([name, value]) => toHeader(name, value)));
  const frame = Buffer.alloc(PRELUDE_BYTES + headers.length + payload.length + CHECKSUM_BYTES);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(headers.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.set(headers, PRELUDE_BYTES);
  frame.set(payload, PRELUDE_BYTES + headers.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, -CHECKSUM_BYTES)), frame.length - CHECKSUM_BYTES);
  return frame;
}

function toHeader(name: string, value: string): Buffer {
  const valueLength = Buffer.alloc(2);
  valueLength.writeUInt16BE(value.length);
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(STRING), valueLength, Buffer.from(value)]);
}
