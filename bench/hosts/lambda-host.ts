/** A handler's complete answer. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Resolves when the invocation has ended. `onAnswer` is called when the answer has, which may be before. */
export type Invoke = (event: object, onAnswer?: () => void) => Promise<Answer>;

/** How Lambda calls a handler: with the event alone, or with a stream for the response too. */
export type Form = "buffered" | "streamed";

type Metadata = Pick<Answer, "statusCode" | "headers">;

/** Lambda's response stream in memory. It throws when it is written to before the metadata is set, or after the end. */
class ResponseStream implements Answer {
  statusCode = 0;
  headers: Metadata["headers"] = {};
  body = "";
  ended = false;
  readonly destroyed = false;
  onEnd: (() => void) | undefined;

  write(chunk: string): boolean {
    if (this.ended || this.statusCode === 0) throw new Error("written after the end, or before status and headers");
    this.body += chunk;
    return true;
  }
  end(): void {
    if (this.ended) throw new Error("ended twice");
    this.ended = true;
    this.onEnd?.();
  }
  on(): void {}
  off(): void {}
}

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: <Handler>(handler: Handler): Handler => handler,
    HttpResponseStream: {
      from: (stream: ResponseStream, metadata: Metadata): ResponseStream => Object.assign(stream, metadata),
    },
  },
});

const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 30_000 };

/** Loads the handler that an artefact exports as `name`, as Lambda's Node.js runtime does. */
export async function loadHandler(url: string, form: Form, name: string): Promise<Invoke> {
  const { [name]: handler } = await import(url);
  if (form === "buffered") {
    return async (event, onAnswer) => {
      const answer = await handler(event, context);
      onAnswer?.();
      return answer;
    };
  }
  return async (event, onAnswer) => {
    const stream = new ResponseStream();
    stream.onEnd = onAnswer;
    await handler(event, stream, context);
    if (!stream.ended) throw new Error("the answer was not ended");
    return stream;
  };
}
