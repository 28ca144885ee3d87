import { randomUUID } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { HttpRequest, InvocationContext } from "@azure/functions";
import { toAzureFunction } from "../../adapters/azure/entry.ts";
import type { HttpHandler } from "../../src/adapter.ts";
import type { Arm } from "./arm.ts";
import { passable } from "./passable.ts";
import type { Sample } from "./sample.ts";

/** The library's requests through the adapter: half of them streamed by the host's proxy, half of them not. */
export function azureArm(handlers: readonly HttpHandler[]): Arm {
  const functions = handlers.map(toAzureFunction);
  const proxied = channel("http.server.request.start");
  return {
    name: "azure",
    async send(sample) {
      const native = nativeOf(sample);
      const serve = functions[sample.endpoint];
      if (!native || !serve) return undefined;
      const invocationId = randomUUID();
      const isStreamed = sample.headers.length % 2 === 0;
      if (isStreamed) proxied.publish(connectionOf(sample, invocationId));
      const answer = (await serve(native, new InvocationContext({ invocationId }))) as {
        readonly status: number;
        readonly headers: Headers;
        readonly body: AsyncIterable<Uint8Array> | null;
      };
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.body ?? []) chunks.push(chunk);
      return { status: answer.status, headers: [...answer.headers], body: Buffer.concat(chunks).toString() };
    },
    close: async () => {},
  };
}

/** The request as the library passes it to a function; undefined where its Fetch classes cannot carry it. */
function nativeOf(sample: Sample): HttpRequest | undefined {
  if (!passable(sample)) return undefined;
  const { method, target, headers, body } = sample;
  const joined = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  try {
    // The library drops the body of these methods, with a warning each time.
    const isBodiless = method === "GET" || method === "HEAD";
    const sent = body.length > 0 && !isBodiless ? { body: { bytes: body } } : {};
    return new HttpRequest({ url: `https://app.example${target}`, method, headers: joined, ...sent });
  } catch {
    return undefined;
  }
}

/** The connection from the host's proxy, as far as the adapter reaches. */
function connectionOf({ method, target, headers, body }: Sample, invocationId: string): unknown {
  const distinct: Record<string, string[]> = { "client-ip": ["203.0.113.7:50123"] };
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (Object.hasOwn(distinct, key)) distinct[key]?.push(value);
    else Object.defineProperty(distinct, key, { value: [value], enumerable: true });
  }
  const request = Object.assign(Readable.from(body.length > 0 ? [body] : []), {
    ...{ method, url: target, headersDistinct: distinct },
    headers: { "x-ms-invocation-id": invocationId, "content-length": String(body.length) },
  });
  const response = Object.assign(new EventEmitter(), {
    ...{ writableNeedDrain: false, destroyed: false },
    ...{ flushHeaders() {}, destroy() {} },
  });
  return { request, response };
}
