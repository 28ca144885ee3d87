import { join } from "node:path";
import { Duration, Fn, Token } from "aws-cdk-lib";
import { expect, test } from "vitest";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { type McpSettings, SETTINGS } from "../../stacks/settings.ts";
import { BUILT_ALONE, synthesize } from "./synthesis.ts";
import { arn, certificate, OPT_IN, secret, sessionTable } from "./variants.ts";

const later = Token.asNumber(Fn.importValue("limit"));
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
  [
    "settings.sessionSeconds: must be a whole number of seconds from 60 to 2592000, not 1.",
    { settings: { sessionSeconds: 1 } },
  ],
  [
    "settings.maxStreams: must be known when the stack is made, not when it is deployed.",
    { settings: { maxStreams: later } },
  ],
  [
    "settings.path: must be known when the stack is made, not when it is deployed.",
    { settings: { path: Fn.importValue("path") } },
  ],
  [
    `settings.maxBodyByte: is not a setting: there are ${Object.keys(SETTINGS).join(", ")}.`,
    { settings: { maxBodyByte: 1 } as McpSettings },
  ],
  ["alarms.failedCallPercent: must be a whole number from 1 to 100, not 101.", { alarms: { failedCallPercent: 101 } }],
  ['alarms.tools: must be names of tools, such as search_notes, not "a b".', { alarms: { tools: ["a b"] } }],
  ["alarms.tools: has pay twice.", { alarms: { tools: ["pay", "look", "pay"] } }],
  ["alarms.tools: must be at most 40, not 41.", { alarms: { tools: Array.from({ length: 41 }, (_, n) => `t${n}`) } }],
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
  [
    'sessionStore: must be "dynamodb", "native" (the cloud\'s own database), "redis" (a server that you have) or "none" (stateless).',
    { sessionStore: "memory" as "none" },
  ],
  ['redis: says where the server of sessionStore "redis" is: set both, or neither.', { sessionStore: "redis" }],
  ['redis: says where the server of sessionStore "redis" is: set both, or neither.', { redis: { urlSecret: secret } }],
  [
    'sessionTable: is of no use with sessionStore "redis": leave one of the two out.',
    { sessionStore: "redis", redis: { urlSecret: secret }, sessionTable },
  ],
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
    "settings.allowedOrigins: must be * or web origins such as https://app.example, in lower case and without a default port, not https://app.example/.",
    { settings: { allowedOrigins: ["*", "https://app.example/"] } },
  ],
  ["settings.logLevel: must be info, error or silent, not debug.", { settings: { logLevel: "debug" as "info" } }],
  [
    "settings.publicUrl: must be the https URL at which clients reach the endpoint, without query, such as https://mcp.example.com/mcp, not mcp.example.com.",
    { settings: { publicUrl: "mcp.example.com" } },
  ],
  ...["principal=600", "tool:=1/1", "address=1/86401"].map((limit): [string, Partial<McpServerProps>] => [
    `settings.rateLimits: must ${SETTINGS.rateLimits.must}, not ${limit}.`,
    { settings: { rateLimits: ["principal=1/86400", limit] } },
  ]),
  [
    "settings.rateLimits: has principal twice: keep one of them.",
    { settings: { rateLimits: ["principal=600/60", "principal=1/1"] } },
  ],
  [
    'settings.rateLimits: is of no use with sessionStore "none": leave one of the two out.',
    { sessionStore: "none", settings: { rateLimits: ["principal=600/60"] } },
  ],
  ["settings.audit: must be on or off, not yes.", { settings: { audit: "yes" as "on" } }],
  [
    "customDomain.name: must be a lower-case host name without scheme, port or path, such as mcp.example.com.",
    { customDomain: { name: "https://mcp.example.com", certificate } },
  ],
  [
    "settings.path: must be a path such as /mcp, without a slash at its end, or / alone, not mcp/.",
    { settings: { path: "mcp/" } },
  ],
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
    'alarms.throttles: is not for ingress "web-function", which has no such metric here.',
    { ingress: "web-function", alarms: { throttles: 5 } },
  ],
  ...(["function-url", "web-function"] as const).flatMap((ingress): [string, Partial<McpServerProps>][] => [
    [
      `customDomain: is not for ingress "${ingress}", but for rest-api.`,
      { ingress, customDomain: { name: "mcp.example.com", certificate } },
    ],
    [
      `webAclArn: is not for ingress "${ingress}", but for rest-api.`,
      { ingress, webAclArn: arn("wafv2", "regional/webacl/mcp/1") },
    ],
  ]),
  [
    'deployment: is not for ingress "web-function", but for rest-api and function-url.',
    { ingress: "web-function", deployment: { preTrafficHook: "smoke" } },
  ],
  [
    `deployment.preTrafficHook: there is no ${join(BUILT_ALONE, "../aws-smoke/index.mjs")}: run \`mcp-anycloud build --target aws\` first.`,
    { artefact: BUILT_ALONE, deployment: { preTrafficHook: "smoke" } },
  ],
  [
    'deployment.preTrafficHook: "smoke" reads answers that are streamed: leave one of the two out.',
    { streaming: false, deployment: { preTrafficHook: "smoke" } },
  ],
  [
    'deployment.preTrafficHook: "smoke" calls the function itself, where no ingress attests the caller: leave it out with auth "iam".',
    { auth: "iam", deployment: { preTrafficHook: "smoke" } },
  ],
];

test.for(REFUSED)("%s", ([sentence, server]) => {
  expect(() => synthesize(server)).toThrow(new Error(`Mcp/Server.${sentence}`));
});
