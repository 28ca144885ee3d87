import { describe, expect, test } from "vitest";
import { FRONT_DOORS, type Synthesis, synthesize } from "./synthesis.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const many = <Item>(value: Item | readonly Item[]): readonly Item[] => (Array.isArray(value) ? value : [value as Item]);

const statementsOf = ({ resources }: Synthesis): [string, Statement][] =>
  resources("AWS::IAM::Policy").flatMap(([id, { Properties }]) =>
    (Properties.PolicyDocument as { Statement: Statement[] }).Statement.map((statement): [string, Statement] => [
      id,
      statement,
    ]),
  );

/** Allowed actions, and whether everything or one thing is what they are allowed on. */
const wildcardsIn = (synthesis: Synthesis): string[] =>
  statementsOf(synthesis)
    .filter(([, statement]) => JSON.stringify([statement.Action, statement.Resource]).includes("*"))
    // CDK's function that copies the code of a Web Function; acknowledged, as it cannot be chosen.
    .filter(([id]) => !id.startsWith("CustomS3ObjectCopy"))
    .flatMap(([, { Action }]) => many(Action));

const XRAY = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

test.for([
  ["rest-api", XRAY],
  ["function-url", XRAY],
  ["web-function", []],
] as const)("behind %s, wildcards are in what is acknowledged only", ([frontDoor, expected]) => {
  expect(wildcardsIn(synthesize({ frontDoor }))).toEqual(expected);
});

describe.for(FRONT_DOORS)("the function's role behind %s", (frontDoor) => {
  const synthesis = synthesize({ frontDoor });
  const own = statementsOf(synthesis).filter(([id]) => id.startsWith("ServerFunctionRole"));
  const idOf = (type: string): string => synthesis.resources(type)[0]?.[0] ?? "";
  const on = (resource: object): readonly string[] =>
    own
      .filter(([, { Resource }]) => JSON.stringify(Resource) === JSON.stringify(resource))
      .flatMap(([, { Action }]) => many(Action));

  test("allows what the store does, on the one table", () => {
    expect(on({ "Fn::GetAtt": [idOf("AWS::DynamoDB::GlobalTable"), "Arn"] })).toEqual([
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]);
  });

  test("allows to read the one secret", () => {
    expect(on({ Ref: idOf("AWS::SecretsManager::Secret") })).toEqual(["secretsmanager:GetSecretValue"]);
  });

  test("allows nothing else but to log and to trace", () => {
    const actions = own.flatMap(([, { Action }]) => many(Action));
    const others = actions.filter((action) => !/^(dynamodb|secretsmanager|logs|xray):/.test(action));
    expect(others).toEqual([]);
    expect(actions.filter((action) => action.startsWith("logs:"))).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]);
  });

  test("has no policy of AWS's making", () => {
    const roles = synthesis.resources("AWS::IAM::Role").filter(([id]) => id.startsWith("ServerFunctionRole"));
    expect(roles.map(([, { Properties }]) => Properties.ManagedPolicyArns)).toEqual([undefined]);
  });
});
