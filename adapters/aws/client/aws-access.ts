type Environment = Readonly<Record<string, string | undefined>>;

export interface AuthenticationOptions {
  /** Default: AWS_REGION. AWS's client for JavaScript does not look at AWS_DEFAULT_REGION either. */
  readonly region?: string | undefined;
  /** Role to take on, which only AWS's client can. */
  readonly webIdentity?: object | undefined;
}

/** Variables by which AWS's client is told what our requests know nothing of, and the values that change nothing. */
const SETTINGS: readonly (readonly [variable: string, harmless: RegExp])[] = [
  ["AWS_PROFILE", /^$/],
  // Where Lambda hands out credentials so, as with SnapStart, they are renewed while the process lives.
  ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", /^$/],
  ["AWS_CONTAINER_CREDENTIALS_FULL_URI", /^$/],
  // AWS's client takes "true" and "false", and complains of everything else.
  ["AWS_USE_FIPS_ENDPOINT", /^false$/],
  ["AWS_USE_DUALSTACK_ENDPOINT", /^false$/],
  ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", /^false$/],
  ["AWS_DISABLE_CLOCK_SKEW_CORRECTION", /^false$/],
  ["AWS_ACCOUNT_ID_ENDPOINT_MODE", /^(disabled|preferred)?$/],
];

/** Files with such settings, and where AWS's client looks for them by default. */
const FILES = [
  ["AWS_CONFIG_FILE", ".aws/config"],
  ["AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"],
] as const;

/** Regions of the partitions whose endpoints requests/endpoint.ts knows: aws, aws-us-gov and aws-cn. */
const REGION = /^((us|eu|ap|sa|ca|me|af|il|mx)-\w+|us-gov-\w+|cn-\w+)-\d+$/;

/**
 * The region of requests that can be signed with nothing but what the environment holds. That is so on Lambda, which hands
 * out keys in it. Undefined where AWS's client is needed, be it only to say what is missing.
 */
export function plainRegion(
  { region, webIdentity }: AuthenticationOptions,
  environment: Environment = process.env,
): string | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION = "" } = environment;
  const chosen = region ?? AWS_REGION;
  if (webIdentity || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY || !REGION.test(chosen)) return undefined;
  return SETTINGS.some((setting) => says(environment, ...setting)) || hasFiles(environment) ? undefined : chosen;
}

function says(environment: Environment, variable: string, harmless: RegExp): boolean {
  const value = environment[variable];
  return value !== undefined && !harmless.test(value);
}

function hasFiles(environment: Environment): boolean {
  // An import of it would cost 5 ms of a cold start, for streams that nobody opens.
  const { existsSync } = process.getBuiltinModule("node:fs");
  const home = environment.HOME || environment.USERPROFILE;
  return FILES.some(([variable, name]) => {
    const path = environment[variable] || (home && `${home}/${name}`);
    return path && existsSync(path);
  });
}
