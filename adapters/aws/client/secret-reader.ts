import type { SecretReader } from "../secrets/secret-reader.ts";
import { createAwsService } from "./service.ts";

export interface LightReaderOptions {
  /** ARN or name. */
  readonly secret: string;
  readonly region: string;
}

/** As many as AWS's client makes by default. */
const ATTEMPTS = 3;
/** Milliseconds, of which a random part is waited after the first attempt, and after each later one twice as long. */
const PAUSE_MS = 100;
/** Refusals that pass: of one request too many, and of a signature by a clock that has been set since. */
const PASSING = /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestTimeTooSkewed|RequestExpired|InvalidSignature)/;

/** Reads one secret in requests of our own: a second and a third one where that may help. */
export function createSecretReader({ secret, region }: LightReaderOptions): SecretReader {
  const ask = createAwsService({ service: "secretsmanager", target: "secretsmanager", version: "1.1", region });
  return async (signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const output: { SecretString?: string } = await ask("GetSecretValue", { SecretId: secret }, signal);
        return output.SecretString;
      } catch (error) {
        if (attempt === ATTEMPTS || signal.aborted || isFinal(error as Failure)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * 2 ** (attempt - 1)));
      }
    }
  };
}

interface Failure {
  readonly name: string;
  readonly $metadata?: { readonly httpStatusCode: number };
}

/** Whether the service has said no, rather than that it cannot answer now, or nothing. */
const isFinal = ({ name, $metadata: { httpStatusCode: status } = { httpStatusCode: 0 } }: Failure): boolean =>
  name === "CredentialsProviderError" || (status >= 400 && status < 500 && !PASSING.test(name));
