/** Loads an artefact as Lambda's runtime does and hands it events. */
export interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

export type Invoke = (event: object) => Promise<Answer>;

interface Metadata {
  readonly statusCode: number;
}

/** Stands in for the runtime's response stream: it keeps what is written, in memory, and takes it only in order. */
class ResponseStream {
  statusCode = 0;
  body = "";
  ended = false;
  readonly destroyed = false;

  write(chunk: string): boolean {
    if (this.ended || this.statusCode === 0) throw new Error("written after the end, or before status and headers");
    this.body += chunk;
    return true;
  }
  end(): void {
    if (this.ended) throw new Error("ended twice");
    this.ended = true;
  }
  on(): void {}
  off(): void {}
}

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: <Handler>(handler: Handler): Handler => handler,
    HttpResponseStream: {
      from(stream: ResponseStream, { statusCode }: Metadata): ResponseStream {
        stream.statusCode = statusCode;
        return stream;
      },
    },
  },
});

const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 30_000 };

/** `form` is what the handler is called with: an event alone, or a stream for its answer, too. */
export async function loadHandler(url: string, form: "buffered" | "streamed", name: string): Promise<Invoke> {
  const { [name]: handler } = await import(url);
  if (form === "buffered") return (event) => handler(event, context);
  return async (event) => {
    const stream = new ResponseStream();
    await handler(event, stream, context);
    if (!stream.ended) throw new Error("the answer was not ended");
    return stream;
  };
}
