/** The services that are called, as endpoints and signatures name them. */
export type AwsService = "dynamodb" | "secretsmanager" | "sts" | "lambda";

interface Partition {
  readonly regions: RegExp;
  readonly suffix: string;
  readonly dualStackSuffix: string;
}

/** Partitions of AWS with the names under which their endpoints are (`partitions.json` of AWS's SDKs). */
const PARTITIONS: readonly Partition[] = [
  { regions: /^(us|eu|ap|sa|ca|me|af|il|mx|us-gov)-[a-z]+-\d+$/, suffix: "amazonaws.com", dualStackSuffix: "api.aws" },
  { regions: /^cn-[a-z]+-\d+$/, suffix: "amazonaws.com.cn", dualStackSuffix: "api.amazonwebservices.com.cn" },
  { regions: /^eusc-de-[a-z]+-\d+$/, suffix: "amazonaws.eu", dualStackSuffix: "api.amazonwebservices.eu" },
  { regions: /^us-iso-[a-z]+-\d+$/, suffix: "c2s.ic.gov", dualStackSuffix: "api.aws.ic.gov" },
  { regions: /^us-isob-[a-z]+-\d+$/, suffix: "sc2s.sgov.gov", dualStackSuffix: "api.aws.scloud" },
  { regions: /^us-isof-[a-z]+-\d+$/, suffix: "csp.hci.ic.gov", dualStackSuffix: "api.aws.hci.ic.gov" },
  { regions: /^eu-isoe-[a-z]+-\d+$/, suffix: "cloud.adc-e.uk", dualStackSuffix: "api.cloud-aws.adc-e.uk" },
];

/** The variable that names another endpoint for a service. */
const ENDPOINT_VARIABLES: Readonly<Record<AwsService, string>> = {
  dynamodb: "AWS_ENDPOINT_URL_DYNAMODB",
  secretsmanager: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  sts: "AWS_ENDPOINT_URL_STS",
  lambda: "AWS_ENDPOINT_URL_LAMBDA",
};

/** The given region, or that of the environment. Throws AwsSettingsError where there is none. */
export function regionOf(given: string | undefined): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = given ?? (AWS_REGION || AWS_DEFAULT_REGION);
  if (!region) throw settingsError("nothing says in which region; set AWS_REGION");
  return region;
}

/**
 * The endpoint of a service: the given one, or the one that the environment names
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html), or AWS's own in the region
 * (https://docs.aws.amazon.com/general/latest/gr/rande.html). Settings in `~/.aws/config` have no effect. Throws
 * AwsSettingsError for an endpoint that is not known or not served.
 */
export function endpointOf(service: AwsService, region: string, given?: string): URL {
  if (process.env.AWS_ACCOUNT_ID_ENDPOINT_MODE === "required") {
    throw settingsError("AWS_ACCOUNT_ID_ENDPOINT_MODE asks for endpoints per account, which are not served; unset it");
  }
  const fips = isOn("AWS_USE_FIPS_ENDPOINT");
  const dualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT");
  const named = given ?? namedEndpoint(service);
  if (named === undefined) return new URL(`https://${ownHost(service, region, { fips, dualStack })}/`);
  // Nobody can tell whether that endpoint is one with FIPS 140 or IPv6.
  if (fips || dualStack) {
    const variable = fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT";
    throw settingsError(`${variable} is set, and so is an endpoint of your own; unset one of them`);
  }
  if (!URL.canParse(named) || !/^https?:/.test(named)) {
    throw settingsError(`its endpoint is no URL with http or https; correct ${ENDPOINT_VARIABLES[service]}`);
  }
  const url = new URL(named);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function namedEndpoint(service: AwsService): string | undefined {
  if (isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) return undefined;
  return process.env[ENDPOINT_VARIABLES[service]] || process.env.AWS_ENDPOINT_URL || undefined;
}

interface Variant {
  readonly fips: boolean;
  readonly dualStack: boolean;
}

function ownHost(service: AwsService, region: string, { fips, dualStack }: Variant): string {
  const partition = PARTITIONS.find(({ regions }) => regions.test(region));
  if (!partition) {
    throw settingsError(`no region is called ${region}; correct AWS_REGION, or set ${ENDPOINT_VARIABLES[service]}`);
  }
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/asm_access.html: outside the isolated partitions, the
  // usual endpoints have IPv6.
  const hasIpv6 = service === "secretsmanager" && /^amazonaws\.com/.test(partition.suffix);
  const suffix = dualStack && !hasIpv6 ? partition.dualStackSuffix : partition.suffix;
  // https://docs.aws.amazon.com/general/latest/gr/ddb.html: in GovCloud, the usual endpoints have FIPS.
  const hasFips = service !== "secretsmanager" && region.startsWith("us-gov-") && !dualStack;
  return `${service}${fips && !hasFips ? "-fips" : ""}.${region}.${suffix}`;
}

/** Throws AwsSettingsError for a value that would leave a setting out silently. */
function isOn(variable: string): boolean {
  const value = (process.env[variable] ?? "").toLowerCase();
  if (!["", "true", "false"].includes(value)) throw settingsError(`${variable} must be true or false`);
  return value === "true";
}

/** The message is the second half of a sentence that failure.ts begins. */
const settingsError = (message: string): Error => Object.assign(new Error(message), { name: "AwsSettingsError" });
