import type { Invocation } from "./http-handler.ts";

/** Fires when a stream that its client can open again has to end: the platform's time is up, or its instance ends. */
export const invocationEnd = ({ deadline, stopping }: Invocation): AbortSignal =>
  AbortSignal.any([deadline, stopping].filter((signal) => signal !== undefined));
