import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plainRegion } from "../../../adapters/aws/client/aws-access.ts";

/** As on Lambda. */
const LAMBDA = {
  AWS_REGION: "eu-central-1",
  AWS_DEFAULT_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "ASIA",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "token",
  AWS_LAMBDA_FUNCTION_NAME: "mcp",
  HOME: "/nonexistent",
};
const ROLE = { roleArn: "arn:aws:iam::123456789012:role/r", token: async () => "" };

test.each<[title: string, changes: Record<string, string | undefined>, options: Parameters<typeof plainRegion>[0]]>([
  ["on Lambda", {}, {}],
  ["with keys that do not expire", { AWS_SESSION_TOKEN: undefined }, {}],
  ["without a home directory", { HOME: undefined }, {}],
  ["with an endpoint of one's own", { AWS_ENDPOINT_URL: "http://127.0.0.1:8000" }, {}],
  ["where nothing is asked for in many words", { AWS_PROFILE: "", AWS_USE_FIPS_ENDPOINT: "false" }, {}],
  ["with an account that may be in the endpoint", { AWS_ACCOUNT_ID_ENDPOINT_MODE: "preferred" }, {}],
  ["with configuration files that are not there", { AWS_CONFIG_FILE: "/nonexistent" }, {}],
])("the environment says all there is to know: %s", (_title, changes, options) => {
  expect(plainRegion(options, { ...LAMBDA, ...changes })).toBe("eu-central-1");
});

test.each<[title: string, changes: Record<string, string | undefined>, options: Parameters<typeof plainRegion>[0]]>([
  ["no key", { AWS_ACCESS_KEY_ID: undefined }, {}],
  ["an empty secret", { AWS_SECRET_ACCESS_KEY: "" }, {}],
  ["no region", { AWS_REGION: undefined }, {}],
  ["a role to take on", {}, { webIdentity: ROLE }],
  ["a profile", { AWS_PROFILE: "work" }, {}],
  ["credentials from an endpoint", { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1/" }, {}],
  ["credentials from a container's agent", { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2" }, {}],
  ["FIPS", { AWS_USE_FIPS_ENDPOINT: "true" }, {}],
  ["a switch that is neither on nor off", { AWS_USE_FIPS_ENDPOINT: "" }, {}],
  ["IPv6", { AWS_USE_DUALSTACK_ENDPOINT: "true" }, {}],
  ["endpoints to be ignored", { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, {}],
  ["a clock that is always right", { AWS_DISABLE_CLOCK_SKEW_CORRECTION: "true" }, {}],
  ["the account in the endpoint", { AWS_ACCOUNT_ID_ENDPOINT_MODE: "required" }, {}],
  ["a configuration file", { AWS_CONFIG_FILE: "/dev/null" }, {}],
  ["a file of credentials", { AWS_SHARED_CREDENTIALS_FILE: "/dev/null" }, {}],
])("AWS's client is needed: %s", (_title, changes, options) => {
  expect(plainRegion(options, { ...LAMBDA, ...changes })).toBeUndefined();
});

test.each([
  ["us-east-1", true],
  ["ap-southeast-7", true],
  ["us-gov-west-1", true],
  ["cn-northwest-1", true],
  ["us-iso-east-1", false],
  ["us-isob-east-1", false],
  ["eu-isoe-west-1", false],
  ["eusc-de-east-1", false],
  ["fips-us-east-1", false],
  ["us-east-1-fips", false],
  ["aws-global", false],
  ["local", false],
  ["", false],
  ["us-east-1.evil.example/#", false],
])("the endpoint of the region %s is known: %s", (region, known) => {
  expect(plainRegion({}, { ...LAMBDA, AWS_REGION: region })).toBe(known ? region : undefined);
  // An option goes before the environment.
  expect(plainRegion({ region }, LAMBDA)).toBe(known ? region : undefined);
});

test("configuration files in the home directory are found", () => {
  const home = mkdtempSync(join(tmpdir(), "home-"));
  try {
    expect(plainRegion({}, { ...LAMBDA, HOME: home })).toBe("eu-central-1");
    mkdirSync(`${home}/.aws`);
    writeFileSync(`${home}/.aws/config`, "[default]\nendpoint_url = http://127.0.0.1:8000\n");
    expect(plainRegion({}, { ...LAMBDA, HOME: home })).toBeUndefined();
    expect(plainRegion({}, { ...LAMBDA, HOME: undefined, USERPROFILE: home })).toBeUndefined();
    expect(plainRegion({}, { ...LAMBDA, HOME: home, AWS_CONFIG_FILE: "/nonexistent" })).toBe("eu-central-1");
  } finally {
    rmSync(home, { recursive: true });
  }
});
