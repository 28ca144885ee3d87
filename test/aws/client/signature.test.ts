import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { endpointOf, type ServiceName } from "../../../adapters/aws/client/endpoint.ts";
import { signedHeaders } from "../../../adapters/aws/client/signature.ts";
import { SENT } from "./sent-requests.ts";

const NOW = Date.UTC(2026, 10, 30, 23, 59, 59, 999);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_PROFILE", undefined);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  vi.stubEnv("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLE//+==");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Names in lower case. */
const lower = (headers: object): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

describe("a request is signed as AWS's client signs it", () => {
  test.each<[keyof typeof SENT, ServiceName, region: string, endpoint: string | undefined]>([
    ["getItem", "dynamodb", "eu-central-1", undefined],
    ["putItem", "dynamodb", "us-gov-west-1", undefined],
    ["putItem", "dynamodb", "us-east-1", "http://127.0.0.1:8000"],
    ["putItem", "dynamodb", "us-east-1", "http://127.0.0.1:8000/base path/é"],
    ["getItem", "dynamodb", "us-east-1", "https://vpce.example"],
    ["getSecretValue", "secretsmanager", "cn-north-1", undefined],
  ])("%s of %s in %s at %s", async (operation, service, region, endpoint) => {
    const sent = await SENT[operation]({ region, ...(endpoint && { endpoint }) });
    const { authorization, ...headers } = lower(sent.headers);
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/20261130\//);
    for (const ours of ["host", "content-length", "x-amz-date", "x-amz-security-token"]) delete headers[ours];
    const url = endpointOf(service, region, endpoint);
    const signed = lower(signedHeaders({ service, region, url, headers, body: sent.body, now: NOW }));
    expect(signed).toEqual(lower(sent.headers));
  });

  test("with keys that do not expire, too", async () => {
    vi.stubEnv("AWS_SESSION_TOKEN", "");
    const sent = await SENT.getItem({ region: "us-east-1" });
    const { authorization, host, "x-amz-date": date, ...headers } = lower(sent.headers);
    const url = endpointOf("dynamodb", "us-east-1", undefined);
    const request = { service: "dynamodb", region: "us-east-1", url, headers, body: sent.body, now: NOW } as const;
    expect(lower(signedHeaders(request))).toMatchObject({ authorization, host, "x-amz-date": date });
  });
});

test("keys that the environment changes are used from then on, and missed when they are gone", () => {
  const url = endpointOf("dynamodb", "us-east-1", undefined);
  const request = { service: "dynamodb", region: "us-east-1", url, headers: {}, body: "{}", now: NOW } as const;
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIARENEWED");
  expect(lower(signedHeaders(request)).authorization).toContain("Credential=ASIARENEWED/");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
  expect(() => signedHeaders(request)).toThrow(expect.objectContaining({ name: "CredentialsProviderError" }));
});
