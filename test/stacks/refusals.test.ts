import { join } from "node:path";
import { Duration, Fn, Token } from "aws-cdk-lib";
import { expect, test } from "vitest";
import type { Auth } from "../../stacks/auth.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { BUILT_ALONE, synthesize } from "./synthesis.ts";
import { arn, authorizer, certificate, OPT_IN, secret, sessionTable, userPool } from "./variants.ts";

const later = Token.asNumber(Fn.importValue("limit"));
const tokens: Auth = { cognito: { userPool, scopes: ["mcp/invoke"] } };
const jwt: Auth = { jwt: { issuer: "https://login.example.com", authorizer } };
const { encryptionKey } = OPT_IN.server;

/** Props that cannot work, and the one sentence that says so, which begins with the path of what is wrong. */
const REFUSED: readonly (readonly [string, Partial<McpServerProps>])[] = [
  ["timeout: 901 seconds cannot be: an answer may take 1 to 900 whole seconds.", { timeout: Duration.seconds(901) }],
  [
    "timeout: 30 seconds cannot be: a REST API waits for an answer that is not streamed 1 to 29 whole seconds.",
    { streaming: false, timeout: Duration.seconds(30) },
  ],
  ["timeout: must be known when the stack is made, not when it is deployed.", { timeout: Duration.seconds(later) }],
  ["timeout: 0.5 seconds cannot be: an answer may take 1 to 900 whole seconds.", { timeout: Duration.millis(500) }],
  ["memoryMiB: must be known when the stack is made, not when it is deployed.", { memoryMiB: later }],
  ["memoryMiB: must be a whole number from 128 to 10240, not 64.", { memoryMiB: 64 }],
  [
    "throttle.burst: must be known when the stack is made, not when it is deployed.",
    { throttle: { ratePerSecond: 1, burst: later } },
  ],
  ["settings.sessionSeconds: must be a whole number from 60 to 2592000, not 1.", { settings: { sessionSeconds: 1 } }],
  ["keyRotation: must be a whole number from 1 to 1000, not 0.5.", { keyRotation: Duration.hours(12) }],
  [
    "keyRotation: must be known when the stack is made, not when it is deployed.",
    { keyRotation: Duration.days(later) },
  ],
  [
    "keyRotation: only a key ring that is made here is rotated here.",
    { keyRing: secret, keyRotation: Duration.days(1) },
  ],
  [
    "newSessionTable: there is a sessionTable already: give one of the two.",
    { sessionTable, newSessionTable: { recoveryDays: 1 } },
  ],
  [
    'sessionTable: is of no use with sessionStore "none": leave one of the two out.',
    { sessionStore: "none", sessionTable },
  ],
  [
    'newSessionTable: is of no use with sessionStore "none": leave one of the two out.',
    { sessionStore: "none", newSessionTable: { recoveryDays: 1 } },
  ],
  [
    'alarms.tableThrottles: is of no use with sessionStore "none": leave one of the two out.',
    { sessionStore: "none", alarms: { tableThrottles: 5 } },
  ],
  ['sessionStore: must be "dynamodb" or "none" (stateless).', { sessionStore: "redis" as "none" }],
  ...["No", "ab", "notes-", "1notes", "notes_prod", "a-name-of-more-than-24-signs"].map(
    (name): [string, Partial<McpServerProps>] => [
      "name: must be 3 to 24 lower-case letters, digits and hyphens that start with a letter and do not end with a hyphen, such as notes-prod.",
      { name },
    ],
  ),
  ...[10, 0, 9999].map((logRetentionDays): [string, Partial<McpServerProps>] => [
    "logRetentionDays: must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, " +
      `3288, 3653, not ${logRetentionDays}.`,
    { logRetentionDays },
  ]),
  ["artefact: there is no nowhere/index.mjs: run `mcp-anycloud build --target aws` first.", { artefact: "nowhere" }],
  [
    "artefact: there is no nowhere/server.mjs: run `mcp-anycloud build --target gcp` first.",
    { frontDoor: "web-function", artefact: "nowhere" },
  ],
  [
    "environment.MCP_ANYCLOUD_TABLE: is a setting of the endpoint: use the prop for it.",
    { environment: { MCP_ANYCLOUD_TABLE: "mine" } },
  ],
  [
    "environment.Mcp_Anycloud_Path: is a setting of the endpoint: use the prop for it.",
    { environment: { Mcp_Anycloud_Path: "/mine" } },
  ],
  [
    "environment.AWS_REGION: is a name that Lambda keeps for itself: take another one.",
    { environment: { NOTES_COLOUR: "yellow", AWS_REGION: "mars-1" } },
  ],
  [
    "environment.1ST: must be a name of letters, digits and underscores that does not start with a digit.",
    { environment: { "1ST": "yes" } },
  ],
  [
    "settings.allowedOrigins: must be web origins such as https://app.example, or *, not https://app.example/.",
    { settings: { allowedOrigins: ["*", "https://app.example/"] } },
  ],
  ["settings.logLevel: must be info, error or silent, not debug.", { settings: { logLevel: "debug" as "info" } }],
  [
    "customDomain.name: must be a lower-case host name without scheme, port or path, such as mcp.example.com.",
    { customDomain: { name: "https://mcp.example.com", certificate } },
  ],
  ["settings.path: must be a path such as /mcp, without a slash at its end, not mcp/.", { settings: { path: "mcp/" } }],
  [
    "encryptionKey: a table with a key of yours needs a stack whose env names the region.",
    encryptionKey ? { encryptionKey } : {},
  ],
  [
    "encryptionKey: nothing is made here that it would encrypt.",
    { sessionTable, keyRing: "none", ...(encryptionKey && { encryptionKey }) },
  ],
  [
    "encryptionKey: nothing is made here that it would encrypt.",
    { sessionStore: "none", keyRing: "none", ...(encryptionKey && { encryptionKey }) },
  ],
  [
    'alarms.throttles: is not for frontDoor "web-function", which has no such metric here.',
    { frontDoor: "web-function", alarms: { throttles: 5 } },
  ],
  [
    'auth: say who may call: "public", "iam", { cognito } or { jwt }; there is no default.',
    { auth: undefined as unknown as Auth },
  ],
  [
    'auth: say who may call: "public", "iam", { cognito } or { jwt }; there is no default.',
    { auth: "private" as unknown as Auth },
  ],
  [
    "auth.cognito.scopes: name a scope: without one, API Gateway takes ID tokens for access tokens.",
    { auth: { cognito: { userPool, scopes: [] } } },
  ],
  [
    "auth.jwt.authorizer: give an API Gateway authorizer that verifies the tokens: nothing else does, as yet.",
    { auth: { jwt: { issuer: "https://login.example.com" } } as unknown as Auth },
  ],
  ...[undefined, "NONE", "COGNITO_USER_POOLS"].map((authorizationType): [string, Partial<McpServerProps>] => [
    "auth.jwt.authorizer: must be a Lambda authorizer (CUSTOM); a user pool goes into auth.cognito.",
    {
      auth: {
        jwt: { issuer: "https://login.example.com", authorizer: { authorizerId: "a", authorizationType } as never },
      },
    },
  ]),
  ["auth: give one of { cognito } and { jwt }, not both.", { auth: { ...tokens, ...jwt } }],
  [
    "auth.jwt.issuer: must be the https URL of the authorization server, not login.example.com.",
    { auth: { jwt: { issuer: "login.example.com", authorizer } } },
  ],
  ...(["function-url", "web-function"] as const).flatMap((frontDoor): [string, Partial<McpServerProps>][] => [
    [
      `auth.cognito: nothing behind "${frontDoor}" checks tokens yet: take frontDoor "rest-api", or auth "iam".`,
      { frontDoor, auth: tokens },
    ],
    [
      `auth.jwt: nothing behind "${frontDoor}" checks tokens yet: take frontDoor "rest-api", or auth "iam".`,
      { frontDoor, auth: jwt },
    ],
    [
      `customDomain: is not for frontDoor "${frontDoor}", but for rest-api.`,
      { frontDoor, customDomain: { name: "mcp.example.com", certificate } },
    ],
    [
      `webAclArn: is not for frontDoor "${frontDoor}", but for rest-api.`,
      { frontDoor, webAclArn: arn("wafv2", "regional/webacl/mcp/1") },
    ],
  ]),
  [
    'deployment: is not for frontDoor "web-function", but for rest-api and function-url.',
    { frontDoor: "web-function", deployment: { preTrafficHook: "smoke" } },
  ],
  [
    `deployment.preTrafficHook: there is no ${join(BUILT_ALONE, "../aws-smoke/index.mjs")}: run \`mcp-anycloud build --target aws\` first.`,
    { artefact: BUILT_ALONE, deployment: { preTrafficHook: "smoke" } },
  ],
  [
    'deployment.preTrafficHook: "smoke" reads answers that are streamed: leave one of the two out.',
    { streaming: false, deployment: { preTrafficHook: "smoke" } },
  ],
];

test.for(REFUSED)("%s", ([sentence, server]) => {
  expect(() => synthesize(server)).toThrow(new Error(`Mcp/Server.${sentence}`));
});
