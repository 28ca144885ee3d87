/** The lines by which an instance tells `dev` of a request, besides the request's record. None holds arguments or results. */

interface EventOf<Name extends string> {
  readonly message: "dev";
  readonly event: Name;
  /** The platform's id of the request, as in its record. */
  readonly requestId: string;
}

/** The request has come. */
interface Opened extends EventOf<"opened"> {
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Process id of the instance. */
  readonly pid: number;
  readonly httpMethod: string;
  /** Without the query. */
  readonly path: string;
  /** The beginning of the session's id, which whole would let its reader go on with the session. */
  readonly session?: string;
}

/** The message of the request was read. */
interface Named extends EventOf<"named"> {
  readonly mcpMethod: string;
  readonly mcpName?: string;
}

/** The request has opened a session. */
interface SessionOpened extends EventOf<"session"> {
  readonly session: string;
}

/** An event of the response's stream was handed over. */
interface Sent extends EventOf<"sent"> {
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Method of a notification or of the server's request, `result`, `error`, or `heartbeat`. */
  readonly kind: string;
  readonly bytes: number;
}

/** An operation of the store has ended, which the request had asked for. */
interface Stored extends EventOf<"stored"> {
  /** Unix time in milliseconds at which it began. */
  readonly at: number;
  readonly durationMs: number;
  readonly kind: "read" | "write";
  /** First word of the partition: `session`, `stream`, `task`. The rest can be a secret. */
  readonly subject: string;
}

/** A handler of the server threw, which the client sees as an error with the message alone. */
interface Threw extends EventOf<"threw"> {
  /** The error's message and the lines of its stack that are the user's. */
  readonly error: string;
}

/** The last byte of the response was handed over. */
interface Closed extends EventOf<"closed"> {
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Operations of the store that the request took so far. */
  readonly reads: number;
  readonly writes: number;
}

/** The record of a task was written. Keys are those that the handler gave. */
export interface TaskWritten extends EventOf<"task"> {
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Process id of the instance. */
  readonly pid: number;
  /** The beginning of its id. */
  readonly taskId: string;
  readonly tool: string;
  readonly status: string;
  readonly attempt: number;
  readonly operations: ReadonlyArray<{
    readonly key: string;
    readonly kind: "step" | "question" | "sleep";
    readonly isAnswered: boolean;
  }>;
}

export type ObservedEvent = Opened | Named | SessionOpened | Sent | Stored | Threw | Closed | TaskWritten;

/** The global function through which a bundle of `dev` tells what a handler of the server threw. */
export const HANDLER_ERROR_HOOK = "mcp-anycloud.handlerError";
