import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { endpointOf, type ServiceName } from "../../../adapters/aws/client/endpoint.ts";
import { SENT } from "./sent-requests.ts";

const VARIABLES = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_PROFILE"];

beforeEach(() => {
  for (const variable of VARIABLES) vi.stubEnv(variable, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "LOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});
afterEach(() => vi.unstubAllEnvs());

const ASKED = { dynamodb: SENT.getItem, secretsmanager: SENT.getSecretValue } as const;

/** Where AWS's client sends it. */
async function sentTo(service: ServiceName, region: string, endpoint: string | undefined): Promise<string> {
  const { protocol, hostname, port, path } = await ASKED[service]({ region, ...(endpoint && { endpoint }) });
  return `${protocol}//${hostname}${port ? `:${port}` : ""}${path}`;
}

const REGIONS = ["us-east-1", "eu-central-2", "me-central-1", "mx-central-1", "us-gov-east-1", "cn-northwest-1"];
const [GENERAL, OF_DYNAMODB] = [
  { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" },
  { AWS_ENDPOINT_URL_DYNAMODB: "https://dynamodb.example/base" },
];

type Case = [ServiceName, region: string, endpoint: string | undefined, environment: Record<string, string>];

const inEachRegion = (service: ServiceName): Case[] => REGIONS.map((region) => [service, region, undefined, {}]);

test.each<Case>([
  ...inEachRegion("dynamodb"),
  ...inEachRegion("secretsmanager"),
  ["dynamodb", "us-east-1", undefined, GENERAL],
  ["dynamodb", "us-east-1", undefined, { ...GENERAL, ...OF_DYNAMODB }],
  ["dynamodb", "us-east-1", undefined, { ...GENERAL, AWS_ENDPOINT_URL_DYNAMODB: "" }],
  ["dynamodb", "us-east-1", "http://localhost:8000", { ...GENERAL, ...OF_DYNAMODB }],
  ["dynamodb", "us-east-1", "http://[::1]:8000/", {}],
  ["secretsmanager", "us-east-1", undefined, { ...GENERAL, ...OF_DYNAMODB }],
  ["secretsmanager", "us-east-1", undefined, { AWS_ENDPOINT_URL_SECRETS_MANAGER: "http://127.0.0.1:9" }],
])("%s in %s at %s with %j is asked where AWS's client asks it", async (service, region, endpoint, environment) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  expect(endpointOf(service, region, endpoint).href).toBe(await sentTo(service, region, endpoint));
});

test("what is no URL is an error", () => {
  expect(() => endpointOf("dynamodb", "us-east-1", "localhost")).toThrow(TypeError);
});
