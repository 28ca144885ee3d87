/** Lambda's own limits (Lambda Developer Guide, "Lambda quotas", "Invocation payload"). */

/** Largest event of a synchronous invocation: 6 MB of JSON, in which a base64 body counts with its four thirds. */
export const MAX_EVENT_BYTES: number = 6 * 1024 * 1024;

/** Largest buffered answer; Lambda's own error message names the number: "maximum allowed payload size (6291556 bytes)". */
export const MAX_ANSWER_BYTES: number = 6_291_556;

/** Largest streamed answer, 200 MB ("Response streaming for Lambda functions"). */
export const MAX_STREAM_BYTES: number = 200 * 1024 * 1024;

/** Longest time limit of a function, in seconds. */
export const MAX_TIMEOUT_SECONDS = 900;

/**
 * Concurrency no reservation can take away from a function: "The remaining 100 units of concurrency are for functions
 * that aren't using reserved concurrency" ("Configuring reserved concurrency"). The emulator starts no more processes.
 */
export const UNRESERVED_CONCURRENCY = 100;
