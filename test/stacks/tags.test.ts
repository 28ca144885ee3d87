import { App, NestedStack, Stack } from "aws-cdk-lib";
import { expect, test } from "vitest";
import { nameOfStack } from "../../stacks/tags.ts";
import { INGRESSES, type Resource, synthesize } from "./synthesis.ts";
import { OPT_IN } from "./variants.ts";

/** Types that have no tags (CloudFormation Template Reference: their resources have no property for them). */
const WITHOUT_TAGS: ReadonlySet<string> = new Set([
  "AWS::ApiGateway::Account",
  "AWS::ApiGateway::Authorizer",
  "AWS::ApiGateway::BasePathMapping",
  "AWS::ApiGateway::Deployment",
  "AWS::ApiGateway::GatewayResponse",
  "AWS::ApiGateway::Method",
  "AWS::ApiGateway::Resource",
  "AWS::IAM::Policy",
  "AWS::Lambda::Alias",
  "AWS::Lambda::Permission",
  "AWS::Lambda::Url",
  "AWS::Lambda::Version",
  "AWS::Lambda::WebFunctionEndpoint",
  "AWS::Lambda::WebFunctionRevision",
  "AWS::Logs::MetricFilter",
  "AWS::Route53::RecordSet",
  "AWS::S3::BucketPolicy",
  "AWS::SQS::QueuePolicy",
  "AWS::SecretsManager::RotationSchedule",
  "AWS::WAFv2::WebACLAssociation",
  "Custom::S3AutoDeleteObjects",
  "Custom::S3ObjectCopy",
]);

/** CDK's own function that empties the bucket of a Web Function: CDK writes it, and its role, without tags. */
const OF_CDK = "CustomS3AutoDeleteObjects";

type TagList = readonly { readonly Key: string; readonly Value: string }[];

/** Tags of a resource, by name. A table has them on each of its replicas. */
function tagsOf({ Properties }: Resource): Record<string, string> {
  const { Tags, Replicas: [replica] = [] } = Properties as {
    Tags?: TagList;
    Replicas?: readonly { readonly Tags?: TagList }[];
  };
  const tags = Tags ?? replica?.Tags ?? [];
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

const MADE = [
  ...INGRESSES.map((ingress) => ({ title: ingress, name: "mcp", server: { ingress }, options: {} })),
  { title: "rest-api, with everything that is opt-in", name: "notes-prod", server: OPT_IN.server, options: OPT_IN },
];

test.for(MADE)("with $title, every resource that accepts tags has the server's tags", ({ name, server, options }) => {
  const { Resources } = synthesize(server, options).template;
  const taggable = Object.entries(Resources).filter(
    ([id, { Type }]) => !WITHOUT_TAGS.has(Type) && !id.startsWith(OF_CDK),
  );
  expect(taggable.length).toBeGreaterThan(10);
  for (const [id, resource] of taggable) {
    expect({ id, ...tagsOf(resource) }).toMatchObject({ id, "mcp-server": name, "part-of": "mcp-anycloud" });
  }
});

test("a server in a nested stack is named for the stack that is deployed", () => {
  const nested = new NestedStack(new Stack(new App(), "Notes"), "Server");
  expect(nameOfStack(nested)).toBe("notes");
});
