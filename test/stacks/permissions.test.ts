import { describe, expect, test } from "vitest";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { BUILT_ALONE, INGRESSES, type Synthesis, synthesize } from "./synthesis.ts";
import { certificate } from "./variants.ts";

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

/** CDK lets CodeDeploy call the hook in any of its versions; acknowledged, as it cannot be chosen. */
const HOOK = "lambda:InvokeFunction";
const XRAY = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

test.for([
  ["rest-api", [...XRAY, HOOK]],
  ["function-url", [...XRAY, HOOK]],
  ["web-function", []],
] as const)("behind %s, wildcards are in what is acknowledged only", ([ingress, expected]) => {
  expect(wildcardsIn(synthesize({ ingress }))).toEqual(expected);
});

describe.for(INGRESSES)("the function's role behind %s", (ingress) => {
  const synthesis = synthesize({ ingress });
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

describe("the hook that tries a new version", () => {
  test.for(["rest-api", "function-url"] as const)(
    "with %s may invoke that version, report, log, and no more",
    (ingress) => {
      const synthesis = synthesize({ ingress });
      const idOf = (type: string, start = ""): string =>
        synthesis.resources(type).find(([id]) => id.startsWith(start))?.[0] ?? "";
      const allowed = statementsOf(synthesis).filter(([id]) => id.startsWith("ServerSmokeHook"));
      const [application, group] = [idOf("AWS::CodeDeploy::Application"), idOf("AWS::CodeDeploy::DeploymentGroup")];
      const log = { "Fn::GetAtt": [idOf("AWS::Logs::LogGroup", "ServerSmokeHook"), "Arn"] };
      expect(allowed.map(([, { Action, Resource }]) => [Action, Resource])).toEqual([
        ["lambda:InvokeFunction", { Ref: idOf("AWS::Lambda::Version") }],
        [["logs:CreateLogStream", "logs:PutLogEvents"], log],
        ["codedeploy:PutLifecycleEventHookExecutionStatus", expect.anything()],
      ]);
      const [, { Resource: reportsOn } = { Resource: undefined }] = allowed[2] ?? [];
      expect(JSON.stringify(reportsOn)).toContain(
        JSON.stringify([":deploymentgroup:", { Ref: application }, "/", { Ref: group }]).slice(2, -1),
      );
    },
  );

  test("is told the name and path that the server answers to", () => {
    const toldUrl = (server: Partial<McpServerProps>): unknown =>
      synthesize(server)
        .resources("AWS::Lambda::Function")
        .filter(([id]) => id.startsWith("ServerSmokeHook"))
        .map(
          ([, { Properties }]) => (Properties.Environment as { Variables: Record<string, unknown> }).Variables.MCP_URL,
        );
    expect(toldUrl({})).toEqual(["https://lambda.invalid/mcp"]);
    const customDomain = { name: "mcp.example.com", certificate };
    expect(toldUrl({ customDomain, settings: { path: "/notes" } })).toEqual(["https://mcp.example.com/notes"]);
  });

  test.for([
    ["it is left out", { deployment: { preTrafficHook: "none" } }],
    ["it was not built", { artefact: BUILT_ALONE }],
    ["answers are not streamed", { streaming: false }],
    ["callers sign, which it does not", { auth: "iam" }],
  ] as const)("is not there where %s", ([, server]) => {
    const ids = Object.keys(synthesize(server).template.Resources);
    expect(ids.filter((id) => id.includes("SmokeHook"))).toEqual([]);
  });
});
