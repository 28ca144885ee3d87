import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as awsClients from "../../../adapters/aws/client/aws-clients.ts";
import * as awsRequests from "../../../adapters/aws/client/aws-requests.ts";
import type { DynamodbClient } from "../../../adapters/aws/dynamodb/dynamodb-client.ts";
import { kindOf } from "../../../adapters/aws/dynamodb/failure.ts";
import type { SecretReader } from "../../../adapters/aws/secrets/secret-reader.ts";
import { standInCredentials } from "../../store/engines.ts";
import { type StandIn, type StandInAnswer, startStandIn } from "../../store/stand-in-server.ts";

standInCredentials();

let standIn: StandIn;
let answer: StandInAnswer;
let ours: Clients;
let theirs: Clients;

interface Clients {
  readonly client: DynamodbClient;
  readonly read: SecretReader;
}

beforeAll(async () => {
  standIn = await startStandIn(() => answer);
  const endpoint = `http://${standIn.host}`;
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
  const options = { table: "t", region: "us-east-1", endpoint };
  const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ring-AbCdEf";
  ours = {
    client: awsRequests.createDynamodbClient(options),
    read: awsRequests.createSecretReader({ secret, region: "us-east-1" }),
  };
  theirs = { client: awsClients.createDynamodbClient(options), read: awsClients.createSecretReader({ secret }) };
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await standIn.close();
});

const { signal } = new AbortController();
const write = ({ client }: Clients): Promise<object> => client.put({ Item: {} }, signal);

const NAMESPACE = "com.amazonaws.dynamodb.v20120810#";

const refusal = (status: number, body: unknown, headers: Record<string, string> = {}): StandInAnswer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "R3QU3ST", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** All that anybody here looks at. */
async function look(writing: Promise<unknown>): Promise<object> {
  const error = await writing.then(
    () => expect.unreachable("it is refused"),
    (reason: Error & { $metadata?: object; $retryable?: object }) => reason,
  );
  const isJson = !(error instanceof SyntaxError);
  return {
    name: error.name,
    // What cannot be read is described by each in words of its own.
    message: isJson && error.message,
    $metadata: error.$metadata,
    $retryable: error.$retryable,
    kind: kindOf(error),
  };
}

describe("a refusal is what AWS's client makes of it", () => {
  test.each<[title: string, StandInAnswer, kind: string]>([
    ["a condition", refusal(400, { __type: `${NAMESPACE}ConditionalCheckFailedException`, message: "m" }), "condition"],
    ["too much", refusal(400, { __type: `${NAMESPACE}ProvisionedThroughputExceededException` }), "throttled"],
    ["too much at once", refusal(400, { __type: `${NAMESPACE}ThrottlingException`, message: "slow" }), "throttled"],
    ["the account's limit", refusal(400, { __type: `${NAMESPACE}RequestLimitExceeded` }), "throttled"],
    ["an old signature", refusal(400, { __type: "com.amazon.coral.service#InvalidSignatureException" }), "not applied"],
    ["no right", refusal(400, { __type: "com.amazon.coral.service#AccessDeniedException", Message: "M" }), "refused"],
    ["no table", refusal(400, { __type: `${NAMESPACE}ResourceNotFoundException`, message: "m" }), "refused"],
    ["a name with its address", refusal(400, { __type: "SomeException:http://aws.example/" }), "refused"],
    [
      "a name in the header",
      refusal(400, { message: "m" }, { "x-amzn-errortype": "SomeException:http://x/" }),
      "refused",
    ],
    ["a name under another key", refusal(400, { code: "SomeException", Message: "m" }), "refused"],
    ["no name at all", refusal(418, {}), "refused"],
    ["a failure", refusal(500, { __type: `${NAMESPACE}InternalServerError`, message: "m" }), "unsure"],
    ["a failure of few words", refusal(503, ""), "unsure"],
    ["a failure in HTML", refusal(502, "<html>Bad Gateway</html>", { "content-type": "text/html" }), "unsure"],
    ["somebody in between", refusal(403, "<html>Blocked</html>", { "content-type": "text/html" }), "unsure"],
    ["half an answer", refusal(200, '{"Attributes":{"pk":{"S":"a'), "unsure"],
    ["an answer in HTML", refusal(200, "<html>Welcome to our Wi-Fi</html>"), "unsure"],
  ])("%s", async (_title, planned, kind) => {
    answer = planned;
    const found = await look(write(ours));
    expect(found).toMatchObject({ kind, $metadata: { httpStatusCode: planned.status, requestId: "R3QU3ST" } });
    const { $metadata, ...expected } = (await look(write(theirs))) as { $metadata: object };
    expect(found).toEqual({ ...expected, $metadata: { httpStatusCode: planned.status, requestId: "R3QU3ST" } });
    expect($metadata).toMatchObject({ httpStatusCode: planned.status });
  });

  test.each(["null", '"text"', "7"])("an answer of 200 that is %s is none", async (body) => {
    answer = refusal(200, body);
    expect(await look(write(ours))).toMatchObject({ name: "SyntaxError", kind: "unsure" });
  });
});

test("an answer is what AWS's client makes of it", async () => {
  const Item = { pk: { S: "€éa😀b\u0000" }, n: { N: "9007199254740993" }, keep: { BOOL: false } };
  answer = refusal(200, { Item, ConsumedCapacity: { CapacityUnits: 0.5 } });
  const [found, { $metadata, ...expected }] = (await Promise.all(
    [ours, theirs].map(({ client }) => client.get({ Key: {} }, signal)),
  )) as [object, { $metadata: object }];
  expect(found).toEqual(expected);
  answer = refusal(200, "");
  expect(await write(ours)).toEqual({});
});

test("a secret is in no error, even when the answer that holds it breaks off", async () => {
  for (const body of ['{"SecretString":"swordfish', "swordfish"]) {
    answer = refusal(200, body);
    const failure = await ours.read(signal).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SyntaxError);
    expect(`${failure} ${JSON.stringify(failure)}`).not.toContain("swordfish");
  }
  answer = refusal(200, { SecretBinary: "AAAA" });
  expect([await ours.read(signal), await theirs.read(signal)]).toEqual([undefined, undefined]);
});
