/** Lambda's limits (Lambda Developer Guide, "Lambda quotas", "Invocation payload"). */

/** Largest event of a synchronous invocation: 6 MB of JSON. Base64 makes a body a third longer. */
export const MAX_EVENT_BYTES: number = 6 * 1024 * 1024;

/** Largest buffered response; the number is in Lambda's error: "maximum allowed payload size (6291556 bytes)". */
export const MAX_RESPONSE_BYTES: number = 6_291_556;

/** Largest streamed response, 200 MB ("Response streaming for Lambda functions"). */
export const MAX_STREAM_BYTES: number = 200 * 1024 * 1024;

/** Longest time limit of a function, in seconds. */
export const MAX_TIMEOUT_SECONDS = 900;

/**
 * Concurrency that reservations of other functions leave to every function: "The remaining 100 units of concurrency are for
 * functions that aren't using reserved concurrency" ("Configuring reserved concurrency").
 */
export const UNRESERVED_CONCURRENCY = 100;
