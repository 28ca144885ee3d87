import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AwsClient, createAwsClient } from "../../../adapters/aws/client/aws-client.ts";
import { kindOf } from "../../../adapters/aws/client/failure.ts";
import { standInCredentials } from "../../store/engines.ts";
import { type StandIn, type StandInAnswer, startStandIn } from "../../store/stand-in-server.ts";

standInCredentials();

let standIn: StandIn;
let answer: StandInAnswer;
let call: AwsClient;
let theirs: DynamoDBClient;
beforeAll(async () => {
  standIn = await startStandIn(() => answer);
});
beforeEach(() => {
  const options = { region: "us-east-1", endpoint: `http://${standIn.host}` };
  call = createAwsClient({ service: "dynamodb", ...options });
  theirs = new DynamoDBClient({ ...options, maxAttempts: 1 });
});
afterAll(() => standIn.close());

const { signal } = new AbortController();

const NAMESPACE = "com.amazonaws.dynamodb.v20120810#";

const refusal = (status: number, body: unknown, headers: Record<string, string> = {}): StandInAnswer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "R3QU3ST", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const failureOf = (calling: Promise<unknown>): Promise<Error> =>
  calling.then(
    () => expect.unreachable("it is refused"),
    (reason: Error) => reason,
  );
const ourFailure = (): Promise<Error> => failureOf(call("PutItem", {}, { signal }));
const theirFailure = (): Promise<Error> => failureOf(theirs.send(new PutItemCommand({ TableName: "t", Item: {} })));

describe("a refusal has the name and the message that AWS's client gives it", () => {
  test.each<[title: string, StandInAnswer, kind: string]>([
    ["a condition", refusal(400, { __type: `${NAMESPACE}ConditionalCheckFailedException`, message: "m" }), "condition"],
    [
      "too much",
      refusal(400, { __type: `${NAMESPACE}ProvisionedThroughputExceededException`, message: "m" }),
      "throttled",
    ],
    ["too much at once", refusal(400, { __type: `${NAMESPACE}ThrottlingException`, message: "slow" }), "throttled"],
    ["the account's limit", refusal(400, { __type: `${NAMESPACE}RequestLimitExceeded`, message: "m" }), "throttled"],
    [
      "an old signature",
      refusal(400, { __type: "com.amazon.coral.service#InvalidSignatureException", message: "m" }),
      "not applied",
    ],
    ["no right", refusal(400, { __type: "com.amazon.coral.service#AccessDeniedException", Message: "M" }), "refused"],
    ["no table", refusal(400, { __type: `${NAMESPACE}ResourceNotFoundException`, message: "m" }), "refused"],
    ["a name with its address", refusal(400, { __type: "SomeException:http://aws.example/", message: "m" }), "refused"],
    [
      "a name in the header",
      refusal(400, { message: "m" }, { "x-amzn-errortype": "SomeException:http://x/" }),
      "refused",
    ],
    ["a name under another key", refusal(400, { code: "SomeException", Message: "m" }), "refused"],
    ["a failure", refusal(500, { __type: `${NAMESPACE}InternalServerError`, message: "m" }), "unsure"],
  ])("%s", async (_title, planned, kind) => {
    answer = planned;
    const [ours, { name, message }] = [await ourFailure(), await theirFailure()];
    expect(ours).toMatchObject({ name, message, status: planned.status, requestId: "R3QU3ST" });
    expect(kindOf(ours)).toBe(kind);
  });
});

describe("an answer without a name of an error", () => {
  test.each<[title: string, StandInAnswer, kind: string]>([
    ["that refuses", refusal(418, {}), "refused"],
    ["that fails", refusal(503, ""), "unsure"],
    ["in HTML, of a service that failed", refusal(502, "<html>Bad Gateway</html>"), "unsure"],
    ["in HTML, of a proxy in between", refusal(403, "<html>Blocked</html>"), "unsure"],
    ["that is half an answer", refusal(200, '{"Attributes":{"pk":{"S":"a'), "unsure"],
    ["in HTML with status 200", refusal(200, "<html>Welcome to our Wi-Fi</html>"), "unsure"],
    ["that is null", refusal(200, "null"), "unsure"],
    ["that is a text", refusal(200, '"text"'), "unsure"],
    ["that is a number", refusal(200, "7"), "unsure"],
  ])("%s", async (_title, planned, kind) => {
    answer = planned;
    const failure = await ourFailure();
    expect(failure).toMatchObject({ status: planned.status, requestId: "R3QU3ST" });
    expect(kindOf(failure)).toBe(kind);
  });
});

test("an output is what AWS's client makes of it", async () => {
  const Item = { pk: { S: "€éa😀b\u0000" }, n: { N: "9007199254740993" }, keep: { BOOL: false } };
  answer = refusal(200, { Item, ConsumedCapacity: { CapacityUnits: 0.5 } });
  const { $metadata: _, ...expected } = await theirs.send(new GetItemCommand({ TableName: "t", Key: {} }));
  expect(await call("GetItem", {}, { signal })).toEqual(expected);
  answer = refusal(200, "");
  expect(await call("DeleteItem", {}, { signal })).toEqual({});
});

test("a secret is in no error, even when the answer that holds it breaks off", async () => {
  const ask = createAwsClient({
    service: "secretsmanager",
    region: "us-east-1",
    endpoint: `http://${standIn.host}`,
  });
  for (const body of ['{"SecretString":"swordfish', "swordfish"]) {
    answer = refusal(200, body);
    const failure = await failureOf(ask("GetSecretValue", { SecretId: "ring" }, { signal }));
    expect(failure).toMatchObject({ name: "UnreadableAnswerError" });
    expect(`${failure.stack} ${JSON.stringify(failure)}`).not.toContain("swordfish");
  }
});
