/** The services that are asked, as endpoints and signatures name them. */
export type ServiceName = "dynamodb" | "secretsmanager";

/** What the variables are called that name another endpoint. */
const VARIABLES: Readonly<Record<ServiceName, string>> = {
  dynamodb: "AWS_ENDPOINT_URL_DYNAMODB",
  secretsmanager: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
};

/**
 * Where a service is asked: at the given endpoint, at that of the environment
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html), or at AWS's own in the region
 * (https://docs.aws.amazon.com/general/latest/gr/ddb.html). Throws TypeError for what is no URL.
 */
export function endpointOf(service: ServiceName, region: string, endpoint: string | undefined): URL {
  const { env } = process;
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const own = `https://${service}.${region}.${suffix}`;
  const url = new URL(endpoint ?? (env[VARIABLES[service]] || env.AWS_ENDPOINT_URL || own));
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
