import { withTimeout } from "../../shared/retries/with-timeout.ts";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

/** Credentials that are good now. The provider remembers and renews them. */
export type CredentialProvider = () => Promise<AwsCredentials>;

/** Milliseconds that AWS's provider may take: less than an attempt of retry.ts, whose failure would blame the service. */
const PROVIDER_TIMEOUT_MS = 1_500;

/**
 * The keys in the environment, which is where Lambda puts them; they are read for each request, so that new ones are used at
 * once. Where the environment holds none, AWS's own `@aws-sdk/credential-provider-node` finds them as AWS's tools do:
 * profile, SSO, process, token file, container, instance.
 */
export function createCredentialProvider(): CredentialProvider {
  let chain: Promise<CredentialProvider> | undefined;

  async function provided(): Promise<AwsCredentials> {
    chain ??= loadChain();
    const provider = await chain.catch((error: unknown) => {
      chain = undefined;
      throw error;
    });
    return provider();
  }

  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return withinLimit(provided);
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    };
  };
}

/**
 * The package is an optional peer of this one: 23 packages and 16 MB, which a server on Lambda, Azure or Cloud Run does not
 * need. Where it was installed when the artefact was built, it is a file beside it (cli/build/plugins/lazy-modules-plugin.ts).
 */
async function loadChain(): Promise<CredentialProvider> {
  try {
    const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
    // It remembers what it found, renews it five minutes before it expires, and remembers no failure.
    return defaultProvider();
  } catch (cause) {
    const message = "@aws-sdk/credential-provider-node is not there";
    throw Object.assign(new Error(message, { cause }), { name: "CredentialProviderMissingError" });
  }
}

/** A provider that takes longer goes on, and the next attempt waits for it again. */
async function withinLimit(provide: CredentialProvider): Promise<AwsCredentials> {
  return withTimeout(PROVIDER_TIMEOUT_MS, provide).catch((error: Error) => {
    if (error.name !== "TimeoutError") throw error;
    throw Object.assign(new Error("the credentials took too long", { cause: error }), {
      name: "CredentialsTimeoutError",
    });
  });
}
