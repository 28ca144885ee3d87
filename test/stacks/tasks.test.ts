import { describe, expect, test } from "vitest";
import { synthesize } from "./synthesis.ts";

const { resources } = synthesize({ tasks: true });
const [functionId] = resources("AWS::Lambda::Function").find(([, { Properties }]) => Properties.DeadLetterConfig) ?? [];
const [[queueId, queue] = []] = resources("AWS::SQS::Queue");

test("a server with tasks may invoke itself, in every version, and nothing else", () => {
  const own = resources("AWS::IAM::Policy").filter(([id]) => id.includes("TaskJobs"));
  const arn = { "Fn::GetAtt": [functionId, "Arn"] };
  expect(own.map(([, { Properties }]) => (Properties.PolicyDocument as { Statement: unknown }).Statement)).toEqual([
    [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: [arn, { "Fn::Join": ["", [arn, ":*"]] }] }],
  ]);
});

test("a job that failed three times is kept in an encrypted queue for 14 days", () => {
  expect(queue?.Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
});

test("alarms tell of jobs that wait and of jobs that are lost", () => {
  const alarms = resources("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
  expect(alarms).toContainEqual(expect.objectContaining({ MetricName: "AsyncEventAge", Threshold: 60_000 }));
  const dimension = { Name: "QueueName", Value: { "Fn::GetAtt": [queueId, "QueueName"] } };
  expect(alarms).toContainEqual(expect.objectContaining({ Dimensions: [dimension], Threshold: 1 }));
});

describe("without tasks", () => {
  test("there is nothing of it", () => {
    const without = synthesize({});
    expect(without.resources("AWS::SQS::Queue")).toEqual([]);
    expect(JSON.stringify(without.template)).not.toContain("AsyncEventAge");
  });

  test.each([
    [{ tasks: true, sessionStore: "none" }, /tasks: are kept in the store/],
    [{ tasks: true, ingress: "web-function" }, /tasks: is not for ingress/],
    [{ alarms: { lostJobs: 2 } }, /alarms.lostJobs: is for servers with tasks/],
  ] as const)("%o is refused", (props, sentence) => {
    expect(() => synthesize(props)).toThrow(sentence);
  });
});
