import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Destination } from "../../adapters/otel/otel-variables.ts";
import { createReceiver } from "../../adapters/otel/receiver.ts";
import type * as Connections from "../../adapters/shared/connections.ts";
import { readSignature } from "../deployed/request-signature.ts";
import { type StandIn, type StandInAnswer, type StandInRequest, startStandIn } from "../store/stand-in-server.ts";

/** The clouds' names lead to the stand-in. */
const { at } = vi.hoisted(() => ({ at: { host: "" } }));
vi.mock("../../adapters/shared/connections.ts", async (importOriginal) => {
  const { createConnections } = await importOriginal<typeof Connections>();
  return {
    createConnections(url: URL): Connections.Connections {
      const { send } = createConnections(new URL(`http://${at.host}${url.pathname}`));
      return { send: (headers, ...rest) => send({ host: url.host, ...headers }, ...rest) };
    },
  };
});

const KEYS = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "the-secret",
  AWS_SESSION_TOKEN: "the-session",
};
const METADATA = "/computeMetadata/v1/instance/service-accounts/default/token";

const requests: StandInRequest[] = [];
let tokens = 0;
let standIn: StandIn;
beforeEach(async () => {
  requests.length = 0;
  tokens = 0;
  standIn = await startStandIn(answer);
  at.host = standIn.host;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await standIn.close();
});

/** Answers as the endpoint does whose name the request has, or Google's metadata server. */
function answer(request: StandInRequest): StandInAnswer {
  const { headers, url, method } = request;
  if (url.pathname === METADATA) {
    if (headers["metadata-flavor"] !== "Google") return { status: 403, body: "" };
    return {
      status: 200,
      body: JSON.stringify({ access_token: `token-${++tokens}`, expires_in: 3599, token_type: "Bearer" }),
    };
  }
  requests.push(request);
  if (method !== "POST" || headers["content-type"] !== "application/json") return { status: 400, body: "" };
  return { status: isAllowed(request) ? 200 : 403, body: "{}" };
}

const PATHS: Readonly<Record<string, string>> = {
  "xray.eu-west-1.amazonaws.com": "/v1/traces",
  "monitoring.eu-west-1.amazonaws.com": "/v1/metrics",
};

/** "OTLP endpoints" of CloudWatch, and "Telemetry API": what each takes, and from whom. */
function isAllowed(request: StandInRequest): boolean {
  const { host = "", authorization } = request.headers;
  if (host === "telemetry.googleapis.com") {
    return authorization === "Bearer token-1" && request.headers["x-goog-user-project"] === "notes-1";
  }
  const signature = readSignature(request);
  const [service, region] = host.split(".");
  return (
    PATHS[host] === request.url.pathname &&
    signature?.scope === `${region}/${service}` &&
    signature.accessKeyId === KEYS.AWS_ACCESS_KEY_ID &&
    signature.sessionToken === KEYS.AWS_SESSION_TOKEN &&
    signature.isBy("the-secret")
  );
}

const to = (url: string, headers: Destination["headers"] = {}): Destination => ({
  ...{ url: new URL(url), headers, protocol: "http/json", timeoutMs: 5_000 },
});

const BATCH = new TextEncoder().encode('{"resourceSpans":[]}');
const XRAY = "https://xray.eu-west-1.amazonaws.com/v1/traces";

function signIn(keys: Readonly<Record<string, string>> = KEYS): void {
  for (const [name, value] of Object.entries(keys)) vi.stubEnv(name, value);
}

test.each([XRAY, "https://monitoring.eu-west-1.amazonaws.com/v1/metrics"])(
  "%s takes what the role of the function signed",
  async (url) => {
    signIn();
    const send = createReceiver(to(url, { "x-extra": "1" }));
    await send(BATCH);
    await send(BATCH);
    expect(requests.map(({ body, headers }) => [body, headers["x-extra"]])).toEqual(
      Array(2).fill(['{"resourceSpans":[]}', "1"]),
    );
  },
);

test.each([
  ["another secret", { AWS_SECRET_ACCESS_KEY: "another-secret" }],
  ["no session", { AWS_SESSION_TOKEN: "" }],
])("X-Ray refuses %s, and the error holds none", async (_what, wrong) => {
  signIn({ ...KEYS, ...wrong });
  const failure = await createReceiver(to(XRAY))(BATCH).catch(String);
  expect(failure).toBe("Error: it answered with status 403");
});

test("a new key of the function is used with the next batch", async () => {
  signIn({ ...KEYS, AWS_SECRET_ACCESS_KEY: "expired" });
  const send = createReceiver(to(XRAY));
  await expect(send(BATCH)).rejects.toThrow("403");
  signIn();
  await send(BATCH);
});

test("Google's endpoint takes the token of the service account, which is asked for once, and whose quota it is", async () => {
  vi.stubEnv("GCE_METADATA_HOST", standIn.host);
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "notes-1");
  const send = createReceiver(to("https://telemetry.googleapis.com/v1/traces"));
  await send(BATCH);
  await send(BATCH);
  expect(tokens).toBe(1);
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "");
  await expect(createReceiver(to("https://telemetry.googleapis.com/v1/metrics"))(BATCH)).rejects.toThrow("403");
});

test.each([
  "https://xray.eu-west-1.amazonaws.com.evil.example/v1/traces",
  "https://telemetry.googleapis.com.evil.example/",
])("%s gets neither a signature nor a token", async (url) => {
  signIn();
  vi.stubEnv("GCE_METADATA_HOST", standIn.host);
  await createReceiver(to(url))(BATCH).catch(() => {});
  expect(requests.map(({ headers }) => [headers.authorization, headers["x-amz-date"]])).toEqual([
    [undefined, undefined],
  ]);
  expect(tokens).toBe(0);
});
