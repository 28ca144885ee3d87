import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toBufferedLambda, toLambda } from "../../adapters/aws/entry.ts";
import { deadlineMarginMs } from "../../adapters/aws/invocation.ts";
import type { UrlEvent } from "../../adapters/aws/lambda-event.ts";
import type { ResponseStream } from "../../adapters/aws/lambda-runtime.ts";
import { installGlobals } from "../../emulators/aws/runtime/runtime-globals.ts";
import type { HttpHandler } from "../../src/adapter.ts";

const EVENT: UrlEvent = {
  version: "2.0",
  rawPath: "/",
  rawQueryString: "",
  headers: {},
  requestContext: { http: { method: "GET", sourceIp: "203.0.113.7" } },
  isBase64Encoded: false,
};

function context(
  remainingMs = 60_000,
  awsRequestId = "id",
): { awsRequestId: string; getRemainingTimeInMillis(): number } {
  return { awsRequestId, getRemainingTimeInMillis: () => remainingMs };
}

/** Lambda's response stream, as far as the runtime's `HttpResponseStream.from` and the adapter reach. */
class RecordingStream extends EventEmitter implements ResponseStream {
  readonly chunks: string[] = [];
  destroyed = false;
  ended = false;
  full = false;
  setContentType(): void {}
  write(chunk: string): boolean {
    this.chunks.push(chunk);
    // One that is gone takes nothing more, and tells of neither `drain` nor `close` again.
    return !this.full && !this.destroyed;
  }
  end(): void {
    this.ended = true;
  }
}

beforeEach(() => {
  installGlobals();
  return () => {
    Reflect.deleteProperty(globalThis, "awslambda");
  };
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const answering =
  (body: string | AsyncIterable<string>): HttpHandler =>
  async () => ({ status: 200, headers: {}, body });

describe("toLambda", () => {
  test("says so where there is no Lambda runtime to stream through", () => {
    Reflect.deleteProperty(globalThis, "awslambda");
    expect(() => toLambda(answering(""))).toThrow(/toBufferedLambda/);
  });

  test("says so where it is invoked with something else than a request, as by the console's test", async () => {
    const invoked = toLambda(answering(""))({ key1: "value1" } as never, new RecordingStream(), context());
    await expect(invoked).rejects.toThrow(/^This function serves HTTP: invoke it through/);
  });

  test("waits for the stream to drain before it takes the next chunk", async () => {
    const stream = new RecordingStream();
    stream.full = true;
    let taken = 0;
    async function* body(): AsyncGenerator<string> {
      for (; taken < 3; taken++) yield `chunk ${taken}`;
    }
    const invoked = toLambda(answering(body()))(EVENT, stream, context());
    await expect.poll(() => stream.listenerCount("drain")).toBe(1);
    expect(taken).toBe(0);
    stream.full = false;
    stream.emit("drain");
    await invoked;
    expect(stream.chunks).toEqual(["", "chunk 0", "chunk 1", "chunk 2"]);
    expect([stream.ended, stream.listenerCount("drain"), stream.listenerCount("close")]).toEqual([true, 0, 0]);
  });

  test("stops taking chunks and fails when the stream is gone", async () => {
    const stream = new RecordingStream();
    let closed = false;
    async function* body(): AsyncGenerator<string> {
      try {
        for (;;) {
          yield "more";
          stream.destroyed = stream.chunks.length > 3;
        }
      } finally {
        closed = true;
      }
    }
    await expect(toLambda(answering(body()))(EVENT, stream, context())).rejects.toThrow(/closed the response stream/);
    expect([closed, stream.ended]).toEqual([true, false]);
  });

  test("sends status and headers of a stream before its first chunk", async () => {
    const stream = new RecordingStream();
    const held = Promise.withResolvers<void>();
    async function* body(): AsyncGenerator<string> {
      await held.promise;
      yield "x";
    }
    const invoked = toLambda(answering(body()))(EVENT, stream, context());
    await expect.poll(() => stream.chunks).toEqual([""]);
    held.resolve();
    await invoked;
  });

  test("ends the response first, then waits for the work handed to waitUntil, however that ends", async () => {
    const stream = new RecordingStream();
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let returned = false;
    const handler: HttpHandler = async (_, { waitUntil }) => {
      waitUntil?.(first.promise.then(() => waitUntil(second.promise)));
      return { status: 200, headers: {}, body: "x" };
    };
    const invoked = toLambda(handler)(EVENT, stream, context()).then(() => {
      returned = true;
    });
    await expect.poll(() => stream.ended).toBe(true);
    first.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(returned).toBe(false);
    second.reject(new Error("late"));
    await invoked;
    expect(log).toHaveBeenCalledWith(
      expect.stringContaining("request id"),
      expect.objectContaining({ message: "late" }),
    );
  });

  test("keeps invocations that run at the same time apart", async () => {
    const handler: HttpHandler = async (_, { requestId }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { status: 200, headers: {}, body: requestId };
    };
    const lambda = toLambda(handler);
    const streams = Array.from({ length: 16 }, () => new RecordingStream());
    await Promise.all(streams.map((stream, index) => lambda(EVENT, stream, context(60_000, `id ${index}`))));
    expect(streams.map(({ chunks }) => chunks)).toEqual(streams.map((_, index) => [`id ${index}`]));
  });
});

describe("the deadline", () => {
  test("fires a tenth of the time before the limit, at most 2 seconds", () => {
    expect([100, 3_000, 20_000, 900_000].map(deadlineMarginMs)).toEqual([10, 300, 2_000, 2_000]);
  });

  test("fires before the limit and leaves no timer behind", async () => {
    vi.useFakeTimers();
    const handler: HttpHandler = async (_, { deadline }) => {
      await new Promise((resolve) => deadline?.addEventListener("abort", resolve));
      return { status: 200, headers: {}, body: "in time" };
    };
    const invoked = toBufferedLambda(handler)(EVENT, context(30_000));
    await vi.advanceTimersByTimeAsync(27_999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect((await invoked).body).toBe("in time");
    await toBufferedLambda(answering("x"))(EVENT, context());
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("toBufferedLambda", () => {
  test("is no handler with a callback, which the runtime would reject", () => {
    expect(toBufferedLambda(answering("")).length).toBe(2);
  });

  test("collects a streamed body and writes header names in lower case", async () => {
    async function* body(): AsyncGenerator<string> {
      yield "a";
      yield "b";
    }
    const handler: HttpHandler = async () => ({ status: 201, headers: { "X-Custom": "1" }, body: body() });
    expect(await toBufferedLambda(handler)(EVENT, context())).toEqual({
      statusCode: 201,
      headers: { "x-custom": "1" },
      body: "ab",
      isBase64Encoded: false,
    });
  });
});
