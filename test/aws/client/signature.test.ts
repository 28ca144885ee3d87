import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsClient } from "../../../adapters/aws/client/aws-client.ts";
import { readSignature } from "../../deployed/request-signature.ts";
import { type StandIn, type StandInRequest, startStandIn } from "../../store/stand-in-server.ts";
import { INPUTS, SENT } from "./sent-requests.ts";

const NOW = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//+==";

let received: StandInRequest | undefined;
let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn((request) => {
    received = request;
    return { status: 200, body: "{}" };
  });
});
afterAll(() => standIn.close());

beforeEach(() => {
  received = undefined;
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_PROFILE", undefined);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRET);
  vi.stubEnv("AWS_SESSION_TOKEN", TOKEN);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const { signal } = new AbortController();

const OPERATIONS = {
  getItem: ["dynamodb", "GetItem"],
  putItem: ["dynamodb", "PutItem"],
  getSecretValue: ["secretsmanager", "GetSecretValue"],
} as const;
type Request = keyof typeof OPERATIONS;

async function sendOurs(request: Request, region: string, endpoint: string): Promise<StandInRequest> {
  const [service, operation] = OPERATIONS[request];
  await createAwsClient({ service, region, endpoint })(operation, INPUTS[request], { signal });
  return received ?? expect.unreachable("nothing arrived");
}

describe("a request is the one that AWS's client sends, with a signature that is right", () => {
  test.each<[Request, region: string, path: string, token: string]>([
    ["getItem", "eu-central-1", "", TOKEN],
    ["putItem", "us-gov-west-1", "", TOKEN],
    ["putItem", "us-east-1", "/base path/é", TOKEN],
    ["getSecretValue", "cn-north-1", "", TOKEN],
    ["getSecretValue", "eusc-de-east-1", "", ""],
  ])("%s in %s at %j with the token %j", async (request, region, path, token) => {
    vi.stubEnv("AWS_SESSION_TOKEN", token);
    const endpoint = `http://${standIn.host}${path}`;
    const ours = await sendOurs(request, region, endpoint);
    const theirs = await SENT[request]({ region, endpoint });
    expect([ours.method, ours.url.pathname]).toEqual(["POST", theirs.path]);
    expect(JSON.parse(ours.body)).toEqual(INPUTS[request]);
    for (const name of ["content-type", "host", "x-amz-target", "x-amz-date", "x-amz-security-token"]) {
      expect([name, ours.headers[name]]).toEqual([name, theirs.headers[name]]);
    }
    const signature = readSignature(ours);
    expect(signature).toMatchObject({ accessKeyId: "ASIAEXAMPLE", scope: `${region}/${OPERATIONS[request][0]}` });
    expect([signature?.isBy(SECRET), signature?.isBy("another")]).toEqual([true, false]);
  });
});

test("keys that the environment changes are used from then on", async () => {
  const call = createAwsClient({ service: "dynamodb", region: "us-east-1", endpoint: `http://${standIn.host}` });
  await call("GetItem", {}, { signal });
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIARENEWED");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "renewed");
  await call("GetItem", {}, { signal });
  const signature = readSignature(received ?? expect.unreachable("nothing arrived"));
  expect([signature?.accessKeyId, signature?.isBy("renewed")]).toEqual(["ASIARENEWED", true]);
});
