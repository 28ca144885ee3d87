import { AnycloudError } from "../../../errors.ts";
import type { Credentials } from "./credentials.ts";

/**
 * One token for all callers, from an environment variable that holds a secret. Throws SERVER_INVALID where it is missing, when
 * the server starts.
 */
export function secretToken(variable: string): Credentials {
  const token = process.env[variable];
  if (!token) {
    throw new AnycloudError(
      "SERVER_INVALID",
      `secretToken(${JSON.stringify(variable)}) needs the variable ${variable}.`,
    );
  }
  if (/[^\x21-\x7e]/.test(token)) {
    throw new AnycloudError("SERVER_INVALID", `The token in ${variable} has characters that no header can carry.`);
  }
  return { perCaller: false, token: async () => token };
}
