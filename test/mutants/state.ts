import type { PromiseFaults } from "./planted-fault.ts";

const CLIENTS = "test/isolation/clients.test.ts";
const OTHERS = "test/protocol-2025/other-callers.test.ts";
const HANDLES = "test/services/handles.test.ts";
const REQUEST_STATE = "test/services/request-state.test.ts";
const SESSION_UNITS = "test/protocol-2025/session-units.test.ts";
const MESSAGE_UNITS = "test/protocol-2025/message-units.test.ts";
const TAKEOVERS = "test/protocol-2025/stream-takeovers.test.ts";
const SEAL = "test/services/seal.test.ts";
const FACTORY = "src/server/server-factory.ts";
const BINDING = "src/server/request-binding.ts";
const RECORD = "src/protocol-2025/sessions/session-record.ts";
const STATE = "src/services/request-state.ts";

/** Keeps the first value there is, and gives it to everybody who comes later. */
const first = (name: string, value: string): string =>
  `((globalThis as Record<string, unknown>).${name} ??= ${value}) as never`;

/** Faults in what is kept for one caller or one request. */
export const STATE_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "data of one request in the response to another",
    faults: [
      {
        file: FACTORY,
        text: "if (used.has(lowLevel) || lowLevel.transport !== undefined) throw",
        replacement: "if (false) throw",
        test: "test/isolation/factories.test.ts",
        title: "handed out before",
      },
      {
        file: FACTORY,
        text: "this.caller = caller;",
        replacement: `this.caller = ${first("firstCaller", "caller")};`,
        test: CLIENTS,
      },
      {
        file: FACTORY,
        text: "if (authInfo) this.authInfo = authInfo;",
        replacement: `if (authInfo) this.authInfo = ${first("firstToken", "authInfo")};`,
        test: CLIENTS,
      },
      {
        file: BINDING,
        text: "const capabilities = meta?.[CLIENT_CAPABILITIES_META_KEY];",
        replacement: `const capabilities = ${first("firstCapabilities", "meta?.[CLIENT_CAPABILITIES_META_KEY]")};`,
        test: CLIENTS,
      },
      {
        file: BINDING,
        text: "const clientInfo = meta?.[CLIENT_INFO_META_KEY];",
        replacement: `const clientInfo = ${first("firstClient", "meta?.[CLIENT_INFO_META_KEY]")};`,
        test: CLIENTS,
      },
      {
        file: "src/protocol-2025/sessions/restored-connection.ts",
        text: "const { initialize, protocolVersion, logLevel } = session.record;",
        replacement: `const { initialize, protocolVersion, logLevel } = ${first("firstRecord", "session.record")} as typeof session.record;`,
        test: CLIENTS,
      },
    ],
  },
  {
    promise: "use of another caller's session, stream, handle or `requestState`",
    faults: [
      { file: RECORD, text: "if (record.principal !== principal)", replacement: "if (!record)", test: OTHERS },
      {
        file: "src/protocol-2025/requests/mailbox-reader.ts",
        text: "({ sessionId, name }: Mailbox): string =>",
        replacement: '({ name }: Mailbox, sessionId = ""): string =>',
        test: OTHERS,
      },
      {
        file: "src/protocol-2025/streams/stream-log.ts",
        text: "(sessionId: string, streamId: string): string =>",
        replacement: '(_sessionId: string, streamId: string, sessionId = ""): string =>',
        test: OTHERS,
      },
      {
        file: "src/services/handles.ts",
        text: "[principal, handle]",
        replacement: "[handle]",
        test: HANDLES,
      },
      {
        file: "src/services/handles.ts",
        text: "const RANDOM_BYTES = 18;",
        replacement: "const RANDOM_BYTES = 6;",
        test: HANDLES,
      },
      {
        file: "src/services/caller-scope.ts",
        text: "JSON.stringify(parts)",
        replacement: 'parts.join("")',
        test: HANDLES,
      },
      {
        file: "src/auth/principal.ts",
        text: "[issuer, subject]",
        replacement: "[subject]",
        test: "test/auth/token-shapes.test.ts",
      },
    ],
  },
  {
    promise: "a `requestState` that is replayed, tampered with, or for another call",
    faults: [
      {
        file: STATE,
        text: 'throw isConflict(error) ? refusal("it has been used") : error;',
        replacement: "if (!isConflict(error)) throw error;",
        test: REQUEST_STATE,
      },
      { file: STATE, text: "if (expiresAt <= now() / 1000)", replacement: "if (false)", test: SEAL },
      { file: STATE, text: "if (!isVerified) throw", replacement: "if (false) throw", test: SEAL },
      {
        file: "src/services/call-binding.ts",
        text: "[principal, ...requests.map(callOf)]",
        replacement: "[principal && 0, ...requests.map(callOf)]",
        test: REQUEST_STATE,
      },
      {
        file: "src/services/call-binding.ts",
        text: "return [method, Object.fromEntries(lasting)];",
        replacement: "return [method, lasting.length && 0];",
        test: REQUEST_STATE,
      },
      {
        file: "src/services/call-binding.ts",
        text: "return [method, ",
        replacement: "return [method && 0, ",
        test: SEAL,
      },
      {
        file: "src/services/seal.ts",
        text: ' || bytes.toString("base64url") !== encoded)',
        replacement: ")",
        test: SEAL,
      },
      {
        file: "src/services/seal.ts",
        text: "const salt = randomBytes(SALT_BYTES);",
        replacement: "const salt = randomBytes(SALT_BYTES).fill(0);",
        test: SEAL,
      },
    ],
  },
  {
    promise: "a client that fills the store, or makes the reads of a session dear",
    faults: [
      {
        file: "src/protocol-2025/sessions/open-session.ts",
        text: "MAX_KEPT_BYTES = 6_144",
        replacement: "MAX_KEPT_BYTES = 6_144_000",
        test: SESSION_UNITS,
      },
      {
        file: "src/protocol-2025/requests/server-requests.ts",
        text: "return isOurs ?",
        replacement: "return signature ?",
        test: MESSAGE_UNITS,
      },
      {
        file: "src/protocol-2025/requests/mailbox.ts",
        text: "if (!isExpected || (await store.get(item))) return;",
        replacement: "if (!isExpected && item.value.length < 0) return;",
        test: MESSAGE_UNITS,
      },
      {
        file: "src/protocol-2025/sessions/subscriptions.ts",
        text: "MAX_SUBSCRIPTIONS = 1_000",
        replacement: "MAX_SUBSCRIPTIONS = 1_000_000",
        test: SESSION_UNITS,
      },
    ],
  },
  {
    promise: "connections that open or resume one stream again and again",
    faults: [
      {
        file: "src/protocol-2025/streams/resumed-stream.ts",
        text: "log.reader !== reader) return;",
        replacement: "log.reader === undefined) return;",
        test: TAKEOVERS,
      },
      {
        file: "src/protocol-2025/streams/standalone-stream.ts",
        text: "if (resumed && resumed.opening < newest)",
        replacement: "if (resumed && newest < 0)",
        test: TAKEOVERS,
      },
      {
        file: "src/protocol-2025/streams/stream-takeover.ts",
        text: "MAX_TAKEOVERS = 10",
        replacement: "MAX_TAKEOVERS = 1_000",
        test: TAKEOVERS,
      },
    ],
  },
];
