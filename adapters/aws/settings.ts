import { type Settings, textLike } from "../../src/adapter.ts";

/** Settings for state that is kept in AWS, from every cloud on which the server runs. */
export interface AwsConfig {
  /**
   * Name of the DynamoDB table for sessions and shared state; docs/state.md says how to make it.
   *
   * @default none, and the server is stateless
   */
  readonly table?: string;
  /**
   * AWS role that instances outside AWS assume, with the identity token of their platform (OIDC web identity).
   *
   * @default none, and AWS's usual sources of credentials apply
   */
  readonly awsRoleArn?: string;
  /** Audience of that identity token. The role must trust it. On Azure it is the URI of the app registration. */
  readonly awsTokenAudience: string;
  /**
   * ARN or name of a secret in AWS Secrets Manager whose text has the form of `MCP_ANYCLOUD_STATE_KEYS`, which it replaces.
   * The server reads the secret when it needs a key, and again as the secret rotates.
   */
  readonly stateKeysSecret?: string;
  /**
   * ARN or name of a secret in AWS Secrets Manager whose text is the URL of a Redis server, in the form of
   * `MCP_ANYCLOUD_REDIS_URL`, which it replaces: Lambda puts no secrets into an environment.
   */
  readonly redisUrlSecret?: string;
}

// A key or a URL that was meant for the environment itself has a colon, and a name has none.
const SECRET = textLike(
  /^(arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/,
  "be the name or ARN of a secret of AWS Secrets Manager",
);

export const AWS_SETTINGS: Settings<AwsConfig> = {
  table: {
    variable: "MCP_ANYCLOUD_TABLE",
    type: textLike(/^[\w.-]{3,255}$/, "be the name of a DynamoDB table"),
    setByDeployment: true,
  },
  awsRoleArn: {
    variable: "MCP_ANYCLOUD_AWS_ROLE_ARN",
    type: textLike(
      /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/,
      "be the ARN of a role, such as arn:aws:iam::123456789012:role/mcp-sessions",
    ),
    setByDeployment: true,
  },
  awsTokenAudience: {
    variable: "MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE",
    type: textLike(/^\S{1,255}$/, "be the audience that the role trusts, without spaces"),
    default: "sts.amazonaws.com",
    setByDeployment: true,
  },
  stateKeysSecret: {
    variable: "MCP_ANYCLOUD_STATE_KEYS_SECRET",
    type: SECRET,
    secret: true,
    insteadOf: ["MCP_ANYCLOUD_STATE_KEYS"],
    setByDeployment: true,
  },
  redisUrlSecret: {
    variable: "MCP_ANYCLOUD_REDIS_URL_SECRET",
    type: SECRET,
    secret: true,
    insteadOf: ["MCP_ANYCLOUD_REDIS_URL", "MCP_ANYCLOUD_TABLE"],
    setByDeployment: true,
  },
};
