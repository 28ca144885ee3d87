import { AnycloudError } from "../errors.ts";

/**
 * What a server→client request fails with, at once, where there is no way to the client. Left alone, it would wait for
 * its own time-out, a minute of billed idling in front of a gateway that gives up after half of it.
 */
export const unreachableClient = (method: string, reason: string): AnycloudError =>
  new AnycloudError(
    "CLIENT_UNREACHABLE",
    `The server cannot send ${method} to this client: ${reason}. Connect with a 2026-07-28 client, or give the tool another way to get the answer.`,
  );

/** Why a server without a session cannot ask. */
export const NO_SESSION = "2025-era requests are served without a session here";
