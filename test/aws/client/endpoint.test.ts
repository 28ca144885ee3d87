import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AwsService, endpointOf, regionOf } from "../../../adapters/aws/client/endpoint.ts";
import { SENT } from "./sent-requests.ts";

const VARIABLES = [
  "AWS_ACCOUNT_ID_ENDPOINT_MODE",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_DYNAMODB",
  "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  "AWS_ENDPOINT_URL_STS",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_PROFILE",
  "AWS_REGION",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_USE_FIPS_ENDPOINT",
];

beforeEach(() => {
  for (const variable of VARIABLES) vi.stubEnv(variable, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "LOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});
afterEach(() => vi.unstubAllEnvs());

const SERVICES = { dynamodb: SENT.getItem, secretsmanager: SENT.getSecretValue } as const;
type Compared = keyof typeof SERVICES;

/** The address to which AWS's client sends a request. */
async function sentTo(service: Compared, region: string, endpoint?: string): Promise<string> {
  const { protocol, hostname, port, path } = await SERVICES[service]({ region, ...(endpoint && { endpoint }) });
  return `${protocol}//${hostname}${port ? `:${port}` : ""}${path}`;
}

type Environment = Readonly<Record<string, string>>;

function set(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

/** A region of every partition, and of every group of regions in the first. */
const REGIONS = [
  ...["us-east-1", "eu-central-2", "ap-southeast-7", "ca-west-1", "me-central-1", "mx-central-1", "il-central-1"],
  ...["us-gov-east-1", "cn-northwest-1", "eusc-de-east-1"],
  ...["us-iso-east-1", "us-isob-west-1", "us-isof-south-1", "eu-isoe-west-1"],
];
const FIPS = { AWS_USE_FIPS_ENDPOINT: "true" };
const DUAL_STACK = { AWS_USE_DUALSTACK_ENDPOINT: "true" };

describe.each<Compared>(["dynamodb", "secretsmanager"])("%s is called where AWS's client calls it", (service) => {
  test.each<Environment>([{}, FIPS, DUAL_STACK, { ...FIPS, ...DUAL_STACK }])(
    "in each partition with %j",
    async (env) => {
      set(env);
      for (const region of REGIONS) {
        // In China there is no endpoint with FIPS, and the two differ about its name.
        if (region.startsWith("cn-") && "AWS_USE_FIPS_ENDPOINT" in env) continue;
        expect(endpointOf(service, region).href).toBe(await sentTo(service, region));
      }
    },
  );

  const GENERAL = { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" };
  const OWN = { dynamodb: "AWS_ENDPOINT_URL_DYNAMODB", secretsmanager: "AWS_ENDPOINT_URL_SECRETS_MANAGER" }[service];
  test.each<[environment: Environment, endpoint?: string]>([
    [GENERAL],
    [{ ...GENERAL, [OWN]: "https://service.example/base" }],
    [{ ...GENERAL, [OWN]: "" }],
    [{ ...GENERAL, [OWN]: "https://service.example/base" }, "http://localhost:8000"],
    [{ ...GENERAL, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }],
    [{}, "http://[::1]:8000/"],
  ])("at an endpoint of one's own: %j %s", async (environment, endpoint) => {
    set(environment);
    expect(endpointOf(service, "us-east-1", endpoint).href).toBe(await sentTo(service, "us-east-1", endpoint));
  });
});

// By `@aws-sdk/nested-clients` 3.998.5, which is no package of its own to ask.
test.each<[region: string, environment: Environment, host: string]>([
  ["eu-central-1", {}, "sts.eu-central-1.amazonaws.com"],
  ["ca-central-1", FIPS, "sts-fips.ca-central-1.amazonaws.com"],
  ["eu-central-1", DUAL_STACK, "sts.eu-central-1.api.aws"],
  ["us-gov-west-1", FIPS, "sts.us-gov-west-1.amazonaws.com"],
  ["us-gov-west-1", { ...FIPS, ...DUAL_STACK }, "sts-fips.us-gov-west-1.api.aws"],
  ["cn-north-1", DUAL_STACK, "sts.cn-north-1.api.amazonwebservices.com.cn"],
  ["eusc-de-east-1", {}, "sts.eusc-de-east-1.amazonaws.eu"],
  ["us-isob-east-1", DUAL_STACK, "sts.us-isob-east-1.api.aws.scloud"],
])("STS in %s with %j is called at %s", (region, environment, host) => {
  set(environment);
  expect(endpointOf("sts", region).href).toBe(`https://${host}/`);
});

describe("settings that cannot be served are told in a sentence", () => {
  test.each<[environment: Environment, sentence: RegExp, endpoint?: string]>([
    [{ AWS_USE_FIPS_ENDPOINT: "yes" }, /^AWS_USE_FIPS_ENDPOINT must be true or false$/],
    [{ AWS_USE_DUALSTACK_ENDPOINT: "1" }, /^AWS_USE_DUALSTACK_ENDPOINT must be true or false$/],
    [{ ...FIPS, AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, /^AWS_USE_FIPS_ENDPOINT is set, .*; unset one of them$/],
    [DUAL_STACK, /^AWS_USE_DUALSTACK_ENDPOINT is set, .*; unset one of them$/, "http://127.0.0.1:1"],
    [{ AWS_ACCOUNT_ID_ENDPOINT_MODE: "required" }, /^AWS_ACCOUNT_ID_ENDPOINT_MODE asks for .*; unset it$/],
    [{ AWS_ENDPOINT_URL: "localhost:8000" }, /no URL with http or https; correct AWS_ENDPOINT_URL_DYNAMODB$/],
    [{}, /no URL with http or https/, "dynamodb.example"],
  ])("%j", (environment, sentence, endpoint) => {
    set(environment);
    const ask = (): URL => endpointOf("dynamodb", "us-east-1", endpoint);
    expect(ask).toThrow(
      expect.objectContaining({ name: "AwsSettingsError", message: expect.stringMatching(sentence) }),
    );
  });

  test.each(["aws-global", "fips-us-east-1", "us-east-1-fips", "local", "us-east-1.evil.example/#", "us_east_1"])(
    "no region is called %s, and nothing is sent there",
    (region) => {
      expect(() => endpointOf("dynamodb", region)).toThrow(
        `no region is called ${region}; correct AWS_REGION, or set AWS_ENDPOINT_URL_DYNAMODB`,
      );
      expect(endpointOf("dynamodb", region, "http://127.0.0.1:8000").href).toBe("http://127.0.0.1:8000/");
    },
  );
});

test("the region is the given one, that of AWS_REGION, or that of AWS_DEFAULT_REGION", () => {
  expect(() => regionOf(undefined)).toThrow("nothing says in which region; set AWS_REGION");
  vi.stubEnv("AWS_DEFAULT_REGION", "eu-west-1");
  expect(regionOf(undefined)).toBe("eu-west-1");
  vi.stubEnv("AWS_REGION", "eu-west-2");
  expect([regionOf(undefined), regionOf("eu-west-3")]).toEqual(["eu-west-2", "eu-west-3"]);
});

test("a service is only called over TLS, unless an endpoint says otherwise", () => {
  for (const service of ["dynamodb", "secretsmanager", "sts"] satisfies AwsService[]) {
    for (const region of REGIONS) expect(endpointOf(service, region).protocol).toBe("https:");
  }
});
