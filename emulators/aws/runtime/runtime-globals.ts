import type { ClientRequest } from "node:http";

const STREAMING: unique symbol = Symbol.for("aws.lambda.runtime.handler.streaming");
const PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";
const DELIMITER = new Uint8Array(8);

/** The stream that a handler writes to: the POST to the Runtime API, with the two members that Lambda's runtime adds. */
interface RuntimeStream extends ClientRequest {
  setContentType(contentType: string): void;
  beforeFirstWrite?: () => void;
}

/** A handler with the mark of `awslambda.streamifyResponse`. */
export interface MarkedHandler {
  (...parameters: readonly unknown[]): unknown;
  [STREAMING]?: unknown;
}

/** Installs the global `awslambda`, as Lambda's runtime does before it loads the function. */
export function installGlobals(): void {
  const awslambda = {
    streamifyResponse(handler: MarkedHandler): MarkedHandler {
      handler[STREAMING] = "response";
      return handler;
    },
    HttpResponseStream: {
      from(stream: RuntimeStream, metadata: unknown): RuntimeStream {
        stream.setContentType(PRELUDE_TYPE);
        const prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata)), DELIMITER]);
        stream.beforeFirstWrite = () => stream.write(prelude);
        return stream;
      },
    },
  };
  Object.assign(globalThis, { awslambda });
}

export function isStreaming(handler: MarkedHandler): boolean {
  return handler[STREAMING] === "response";
}

/** Turns the request to the Runtime API into a handler's stream. Only the first `write` sends the metadata. */
export function toRuntimeStream(request: ClientRequest): RuntimeStream {
  const stream = request as RuntimeStream;
  const write = request.write.bind(request) as (...parameters: unknown[]) => boolean;
  let written = false;
  stream.setContentType = (contentType) => {
    if (written) throw new Error("Cannot set content-type, too late.");
    request.setHeader("content-type", contentType);
  };
  stream.write = ((...parameters: unknown[]) => {
    if (!written) {
      written = true;
      stream.beforeFirstWrite?.();
    }
    return write(...parameters);
  }) as ClientRequest["write"];
  return stream;
}
