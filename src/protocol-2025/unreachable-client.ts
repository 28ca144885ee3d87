import { AnycloudError } from "../errors.ts";

/**
 * The error of a server-to-client request that cannot reach the client. Thrown at once: otherwise the server would wait for
 * its own time-out, a minute of billed idling in front of a gateway that gives up after half of it.
 */
export const unreachableClient = (method: string, reason: string): AnycloudError =>
  new AnycloudError(
    "CLIENT_UNREACHABLE",
    `The server cannot send ${method} to this client: ${reason}. Connect with a 2026-07-28 client, or give the tool another way to get the answer.`,
  );
