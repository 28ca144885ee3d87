/** How an invocation went, as the ingress learns it from Lambda. */
export type Outcome =
  /** The function's JSON, whole. */
  | { readonly kind: "buffered"; readonly payload: string }
  /** The function streams. Iterating throws when the stream breaks off: an error, a crash, the time limit. */
  | { readonly kind: "streamed"; readonly contentType: string; readonly body: AsyncIterable<Buffer> }
  /** The function threw, crashed or ran out of time before it answered. */
  | { readonly kind: "failed"; readonly error: FunctionError }
  /** Lambda never called the function. */
  | { readonly kind: "refused"; readonly reason: "too large" | "throttled" };

/** An error as the Lambda Runtime API carries it: type and message. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** An invocation under way in one execution environment. */
export interface RunningInvocation {
  readonly outcome: Promise<Outcome>;
  /** Settles when the whole answer is out. */
  readonly answered: Promise<void>;
  /** Settles when the environment is free again or gone, which may be after the answer is out. */
  readonly done: Promise<void>;
}
