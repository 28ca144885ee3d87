/** Result of an invocation, as Lambda reports it to the ingress. */
export type Outcome =
  /** The function returned JSON. */
  | { readonly kind: "buffered"; readonly payload: string }
  /** The function streams. The iteration throws when the stream breaks off: by an error, a crash or the time limit. */
  | { readonly kind: "streamed"; readonly contentType: string; readonly body: AsyncIterable<Buffer> }
  /** The function threw, crashed or reached its time limit before it responded. */
  | { readonly kind: "failed"; readonly error: FunctionError }
  /** Lambda did not call the function. */
  | { readonly kind: "refused"; readonly reason: "too large" | "throttled" };

/** An error in the form of the Lambda Runtime API. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** An invocation that runs in one execution environment. */
export interface RunningInvocation {
  readonly outcome: Promise<Outcome>;
  /** Resolves when the whole response was sent. */
  readonly answered: Promise<void>;
  /** Resolves when the environment is free again or has ended, which may be after the response. */
  readonly done: Promise<void>;
}
