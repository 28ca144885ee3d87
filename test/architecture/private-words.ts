/** A word that the field does not know in the project's first meaning of it, and what it is called instead. */
export interface PrivateWord {
  /** Words of an identifier, apart by spaces; `*` at the end stands for any ending. */
  readonly phrase: string;
  readonly instead: string;
  /** The whole identifier, where the word is ordinary as a part of others. */
  readonly isWhole?: boolean;
  /** The folders in which it has that meaning; everywhere if absent. */
  readonly in?: readonly string[];
}

const SRC = ["src/"];
const SESSIONS = ["src/protocol-2025/"];

export const PRIVATE_WORDS: readonly PrivateWord[] = [
  { phrase: "leg", instead: "handler" },
  { phrase: "legs", instead: "handlers" },
  { phrase: "stranger*", instead: "UnauthenticatedRequest" },
  { phrase: "visit", instead: "RequestContext" },
  { phrase: "visits", instead: "RequestContext" },
  { phrase: "arrival*", instead: "McpRequest" },
  // Elsewhere it is HTTP's: a request and its response (RFC 9110, section 3.4).
  { phrase: "exchange*", instead: "McpRequest", in: SRC },
  { phrase: "occasion*", instead: "AbortSignal" },
  { phrase: "light signal", instead: "AbortSignal" },
  { phrase: "rehears*", instead: "replay" },
  // A mailbox's; the notes of the notebook example, and of a log line, are others.
  { phrase: "note", instead: "message", in: SESSIONS },
  { phrase: "notes", instead: "messages", in: SESSIONS },
  { phrase: "inbox*", instead: "mailbox" },
  { phrase: "standing", instead: "standalone" },
  // `addEventListener` has listeners, too.
  { phrase: "listener", instead: "stream lease", in: SESSIONS },
  { phrase: "listeners", instead: "stream leases", in: SESSIONS },
  { phrase: "hold", instead: "acquire", in: SRC },
  { phrase: "dismiss*", instead: "revoke" },
  // A place in a text, a list or a file is one.
  { phrase: "take place", instead: "acquire" },
  { phrase: "stream place", instead: "slot" },
  { phrase: "lease place", instead: "slot" },
  { phrase: "open places", instead: "slots" },
  { phrase: "interpos*", instead: "message interceptor" },
  // As an adverb in a longer name it is English.
  { phrase: "between", instead: "message interceptor", isWhole: true, in: SRC },
  { phrase: "stand aside", instead: "unwrap" },
  { phrase: "stands aside", instead: "unwrap" },
  { phrase: "judge*", instead: "tool call decision" },
  { phrase: "trail", instead: "audit log" },
  { phrase: "gate", instead: "authenticator" },
  { phrase: "gates", instead: "authenticators" },
  { phrase: "identify", instead: "authenticate" },
  { phrase: "who asks", instead: "authenticate" },
  { phrase: "vouch*", instead: "attest" },
  // A server's or the process's memory is one; what remembers tokens or keys is a cache.
  { phrase: "memory", instead: "cache", isWhole: true, in: ["src/auth/", "adapters/aws/secrets/"] },
  { phrase: "token memory", instead: "token cache" },
  { phrase: "key memory", instead: "key cache" },
  { phrase: "keys memory", instead: "keys cache" },
  { phrase: "session memory", instead: "session updates" },
  { phrase: "fleet*", instead: "instances, change events" },
  { phrase: "usual call", instead: "fast path" },
  { phrase: "usual calls", instead: "fast path" },
  { phrase: "shortcut*", instead: "fast path" },
  { phrase: "under way", instead: "in flight" },
  { phrase: "front door*", instead: "ingress" },
  { phrase: "door*", instead: "ingress" },
  // A line of text is one; what reaches a server is a connection.
  { phrase: "direct line", instead: "connection" },
  { phrase: "idle line", instead: "connection" },
  { phrase: "idle lines", instead: "connections" },
  { phrase: "open line", instead: "connection" },
  { phrase: "on line", instead: "connection", in: SRC },
  { phrase: "line exchange", instead: "connection" },
  { phrase: "hang up", instead: "close" },
  { phrase: "hung up", instead: "closed" },
  { phrase: "turn away", instead: "reject" },
  { phrase: "turned away", instead: "rejected" },
  { phrase: "admit", instead: "pipeline" },
  { phrase: "admission", instead: "pipeline" },
  { phrase: "welcome", instead: "authenticate" },
  // A transport receives messages; a stage of the pipeline parses one.
  { phrase: "receive", instead: "parse-message", isWhole: true, in: ["src/pipeline/", "src/http/"] },
  { phrase: "made server", instead: "lazy server" },
  { phrase: "correspondence", instead: "pending server requests" },
  // Elsewhere it is AWS's: a dead letter queue.
  { phrase: "letter", instead: "pending server request", in: SRC },
  { phrase: "letters", instead: "pending server requests", in: SRC },
  { phrase: "wire id", instead: "request id" },
  { phrase: "wire ids", instead: "request ids" },
  { phrase: "news", instead: "session notification" },
  { phrase: "announce", instead: "publish" },
  // Tests use the word in its ordinary meaning.
  { phrase: "announce*", instead: "publish", in: SRC },
  // `Promise.allSettled` is JavaScript's, and a test may ask whether a promise has settled.
  { phrase: "settled", instead: "flush before response", isWhole: true, in: ["src/", "adapters/"] },
  { phrase: "settled answer", instead: "flush before response" },
  { phrase: "held back", instead: "flush before response" },
  { phrase: "tether*", instead: "preload guard" },
  { phrase: "seat", instead: "slot" },
  { phrase: "seats", instead: "slots" },
  { phrase: "never throws", instead: "catch errors" },
  { phrase: "in time", instead: "with timeout" },
  { phrase: "exits", instead: "cancellation" },
  { phrase: "ends itself", instead: "handles its deadline" },
];

/** Identifiers that have such a word from elsewhere, and where they do. */
export const NOT_PRIVATE: ReadonlyArray<{ readonly identifier: RegExp; readonly in: string; readonly reason: string }> =
  [
    { identifier: /^(add|remove)EventListener$/, in: "src/", reason: "the web's EventTarget" },
    { identifier: /^visit$/, in: "bench/walk/", reason: "the method of oxc-parser's Visitor" },
    { identifier: /^visit$/, in: "test/architecture/", reason: "the method of oxc-parser's Visitor" },
    { identifier: /^pointInTimeRecovery/i, in: "stacks/", reason: "CDK's name for DynamoDB's backups" },
    { identifier: /^pointInTimeRecovery/i, in: "test/stacks/", reason: "CloudFormation's name for DynamoDB's backups" },
  ];
