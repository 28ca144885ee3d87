import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { toLambda } from "../../adapters/aws/entry.ts";
import type { LambdaEvent } from "../../adapters/aws/lambda-event.ts";
import type { ResponseStream } from "../../adapters/aws/lambda-runtime.ts";
import type { ReceivedRequest } from "../../emulators/aws/ingress/received-request.ts";
import { toRestEvent } from "../../emulators/aws/ingress/rest-event.ts";
import { toUrlEvent } from "../../emulators/aws/ingress/url-event.ts";
import { installGlobals } from "../../emulators/aws/runtime/runtime-globals.ts";
import type { HttpHandler } from "../../src/adapter.ts";
import type { Answer } from "./answer.ts";
import type { Arm } from "./arm.ts";
import { passable } from "./passable.ts";
import type { Sample } from "./sample.ts";

/**
 * Lambda's limits for an invocation in milliseconds: soon, so that streams end; and, for what a slow machine did not answer
 * by then, late.
 */
const TIMEOUTS_MS = [400, 30_000];

/** The endpoint's answer when its time is up. */
const TIMED_OUT = 504;

/** Events as the ingress of `kind` makes them, through the adapter into the runtime's stream. */
export function lambdaArm(kind: "rest" | "url", handlers: readonly HttpHandler[]): Arm {
  installGlobals();
  const lambdas = handlers.map((handler) => toLambda(handler));
  return {
    name: `aws, ${kind === "rest" ? "REST API" : "Function URL"}`,
    async send(sample) {
      const request = receivedOf(sample);
      if (!request) return undefined;
      const requestId = randomUUID();
      const event =
        kind === "url"
          ? toUrlEvent(request, requestId)
          : toRestEvent(request, {
              ...{ stage: undefined, requestId, resource: "/{proxy+}", parameters: {} },
              binaryMediaTypes: sample.body.length % 2 ? ["*/*"] : [],
            });
      // As JSON: that is how an event comes.
      const arrived: LambdaEvent = JSON.parse(JSON.stringify(event));
      let answer: Answer | undefined;
      for (const timeoutMs of TIMEOUTS_MS) {
        const stream = new InvokedStream();
        const startedAt = performance.now();
        const getRemainingTimeInMillis = (): number => timeoutMs - (performance.now() - startedAt);
        await lambdas[sample.endpoint]?.(arrived, stream, { awsRequestId: requestId, getRemainingTimeInMillis });
        answer = stream.answer();
        if (answer.status !== TIMED_OUT) break;
      }
      return answer;
    },
    close: async () => {},
  };
}

/** The client's request as an ingress knows it; undefined where it would refuse it itself. */
function receivedOf(sample: Sample): ReceivedRequest | undefined {
  const { method, target, headers, body } = sample;
  if (!passable(sample) || method === "CONNECT") return undefined;
  const [path = "/", query = ""] = target.split(/\?(.*)/s);
  const lines = headers.filter(([name]) => !/^(host|content-length)$/i.test(name));
  const host = headers.filter(([name]) => /^host$/i.test(name)).slice(0, 1);
  return { method, path, query, headers: [...host, ...lines], body, sourceIp: "203.0.113.7", receivedAt: new Date() };
}

/** Collects what Lambda's runtime sends to the service: the metadata, eight zeros, and the body. */
class InvokedStream extends EventEmitter implements ResponseStream {
  readonly destroyed = false;
  beforeFirstWrite?: () => void;
  #text = "";
  #written = false;
  #ended = false;
  setContentType(): void {}
  write(chunk: string | Uint8Array): boolean {
    if (!this.#written) {
      this.#written = true;
      this.beforeFirstWrite?.();
    }
    this.#text += Buffer.from(chunk as string).toString();
    return true;
  }
  end(): void {
    this.#ended = true;
  }
  answer(): Answer {
    if (!this.#ended) throw new Error("The response was not ended.");
    const end = this.#text.indexOf("\0".repeat(8));
    const { statusCode, headers, cookies = [] } = JSON.parse(this.#text.slice(0, end));
    const lines = [...Object.entries<string>(headers), ...cookies.map((cookie: string) => ["set-cookie", cookie])];
    return { status: statusCode, headers: lines as Answer["headers"], body: this.#text.slice(end + 8) };
  }
}
