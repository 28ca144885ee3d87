import type { PromiseFaults } from "./planted-fault.ts";

const EXTENT = "test/limits/json-extent.test.ts";
const OUTPUT = "test/limits/output-limit.test.ts";
const BODIES = "test/limits/request-body.test.ts";
const RATES = "test/limits/rate-limits.test.ts";
const STREAMS = "test/limits/concurrent-streams.test.ts";

/** Faults in how much is let in, and in how requests end. */
export const LIMIT_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "bodies that fill the memory, clients that send or read slowly",
    faults: [
      {
        file: "src/limits/request-body.ts",
        text: "if (Number(declared) > limits.maxBodyBytes) return tooLarge(limits);",
        replacement: "",
        test: BODIES,
        title: "declared length",
      },
      {
        file: "src/limits/request-body.ts",
        text: "if (held.length + step.value.length > limits.maxBodyBytes) return tooLarge(limits);",
        replacement: "",
        test: BODIES,
        title: "read to its limit",
      },
      {
        file: "src/limits/held-body.ts",
        text: "const LARGE_BODIES = 3;",
        replacement: "const LARGE_BODIES = 400;",
        test: BODIES,
        title: "holds three bodies",
      },
      {
        file: "src/limits/held-body.ts",
        text: "if (body.giveUpIfSlow()) return;",
        replacement: "if (body.length < 0) return;",
        test: BODIES,
        title: "makes room for another that waits",
      },
      {
        file: "src/pipeline/pipeline.ts",
        text: "if (path !== config.path) {",
        replacement: 'if (path !== config.path && request.method !== "POST") {',
        test: BODIES,
        title: "refuses is refused before a byte",
      },
    ],
  },
  {
    promise: "too many requests, calls or streams",
    faults: [
      {
        file: "src/services/rate-limiter.ts",
        text: "if (sum <= limit)",
        replacement: "if (sum <= limit + 1)",
        test: RATES,
      },
      {
        file: "src/services/rate-limiter.ts",
        text: '["caller", principal]',
        replacement: '["caller", principal, String(Math.random())]',
        test: RATES,
      },
      { file: "src/limits/address-group.ts", text: ".slice(0, 4)", replacement: ".slice(0, 8)", test: RATES },
      {
        file: "src/limits/limit-owner.ts",
        text: '["address", addressGroup(invocation.clientIp)]',
        replacement: '["address", String(Math.random()), addressGroup(invocation.clientIp)]',
        test: STREAMS,
        title: "slots belong to an address",
      },
      {
        file: "src/limits/stream-slot.ts",
        text: "if (sort === undefined) return undefined;",
        replacement: "if (sort === undefined) return { renew() {}, release: async () => {} };",
        test: STREAMS,
        title: "one stream too many",
      },
    ],
  },
  {
    promise: "messages that are too large or too deep, answers that are too large",
    faults: [
      {
        file: "src/limits/json.ts",
        text: "MAX_BATCH_LENGTH = 50",
        replacement: "MAX_BATCH_LENGTH = 500",
        test: "test/limits/message-limits.test.ts",
      },
      { file: "src/limits/json-extent.ts", text: "if (depth > maxJsonDepth)", replacement: "if (false)", test: EXTENT },
      {
        file: "src/limits/json-extent.ts",
        text: 'else if (character === ",") elements += 1;',
        replacement: 'else if (character === ",") elements += 0;',
        test: EXTENT,
      },
      {
        file: "src/limits/headers.ts",
        text: "most <= maxHeaderBytes || bytesOf(headers) <= maxHeaderBytes",
        replacement: "true",
        test: "test/limits/header-limit.test.ts",
      },
      {
        file: "src/limits/output.ts",
        text: "if (boundOf(response, 0) <= maxBytes) return response;",
        replacement: "if (boundOf(response, 0) >= 0) return response;",
        test: OUTPUT,
      },
    ],
  },
  {
    promise:
      "a handler that returns, throws or leaves behind anything: a call without an answer, or the calls of others cut off",
    faults: [
      {
        file: "src/http/unhandled-rejections.ts",
        text: "if (servedRequest.getStore()) logUnhandled(reason);",
        replacement: "if (servedRequest.getStore()) throw reason;",
        test: "test/http/unhandled-rejections.test.ts",
      },
      {
        file: "src/server/server-connection.ts",
        text: "if (this.#isClosed) return dropLate(message);",
        replacement: 'if (this.#isClosed) throw new Error("closed");',
        test: "test/server/late-messages.test.ts",
      },
      {
        file: "src/http/json-rpc.ts",
        text: "return JSON.stringify(unserializableResponse(message));",
        replacement: 'throw new Error("JSON cannot hold it");',
        test: "test/answers/answers.test.ts",
      },
    ],
  },
  {
    promise: "an instance that its platform ends with requests in flight",
    faults: [
      {
        file: "adapters/shared/in-flight.ts",
        text: "      for (const request of requests) request.fire();\n    }, answerMs);",
        replacement: "    }, answerMs);",
        test: "test/shared/in-flight.test.ts",
      },
      {
        file: "adapters/shared/in-flight.ts",
        text: "for (const request of requests) request.stop();",
        replacement: "for (const request of requests) { request.stop(); request.fire(); }",
        test: "test/shared/in-flight.test.ts",
      },
      {
        file: "adapters/gcp/container.ts",
        text: "const drained = drain(graceOf(limits.shutdownSeconds ?? CONTAINER_SETTINGS.shutdownSeconds.default));",
        replacement: "const drained = drain({ answerMs: 0, endMs: 0 });",
        test: "test/chaos/ending.test.ts",
        title: "container",
      },
    ],
  },
];
