import { Fn } from "aws-cdk-lib";
import { expect, test } from "vitest";
import type { Auth } from "../../stacks/access/auth.ts";
import type { TokenIssuer } from "../../stacks/access/token-issuer.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { synthesize } from "./synthesis.ts";
import { authorizer, userPool } from "./variants.ts";

const tokens: Auth = { cognito: { userPool, scopes: ["mcp/invoke"] } };
const issuers = [{ issuer: "https://login.example.com" }];
const withIssuer = (one: Partial<TokenIssuer>): Partial<McpServerProps> => ({
  auth: { jwt: { issuers: [{ issuer: "https://login.example.com", ...one }] } },
});

/** Props that would protect nothing, or let nobody in, and the one sentence that says so. */
const REFUSED: readonly (readonly [string, Partial<McpServerProps>])[] = [
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
    "auth.cognito.clients: name a client, or leave them out: nobody could be let in.",
    { auth: { cognito: { userPool, scopes: ["mcp/invoke"], clients: [] } } },
  ],
  ["auth.jwt.issuers: name an issuer whose tokens are accepted.", { auth: { jwt: { issuers: [] } } }],
  [
    "auth.jwt.issuers: name an issuer whose tokens are accepted.",
    { auth: { jwt: { issuer: "https://login.example.com", authorizer } } as unknown as Auth },
  ],
  ["auth.jwt.issuers[1].issuer: is there twice.", { auth: { jwt: { issuers: [...issuers, ...issuers] } } }],
  [
    "auth.jwt.issuers[0].issuer: must be an https URL without query, not http://login.example.com.",
    withIssuer({ issuer: "http://login.example.com" }),
  ],
  [
    "auth.jwt.issuers[0].jwksUri: must be an https URL without query, not https://login.example.com/keys?v=1.",
    withIssuer({ jwksUri: "https://login.example.com/keys?v=1" }),
  ],
  ["auth.jwt.issuers[0].audiences: must not be empty, nor have empty names.", withIssuer({ audiences: [] })],
  [
    "auth.jwt.issuers[0].requiredClaims.tid: must not be empty, nor have empty names.",
    withIssuer({ requiredClaims: { tid: [] } }),
  ],
  ["auth.jwt.issuers[0].scopeClaim: must not be empty: leave it out for its default.", withIssuer({ scopeClaim: "" })],
  [
    "auth.jwt.issuers[0].algorithms: must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, not HS256.",
    withIssuer({ algorithms: ["RS256", "HS256"] }),
  ],
  [
    "auth.jwt.issuers[0].audiences: name the ids of the clients to let in, where audienceClaim is client_id.",
    withIssuer({ audienceClaim: "client_id" }),
  ],
  [
    "auth.jwt.requiredScopes: must be scopes, without spaces, commas and quotes, not notes read.",
    { auth: { jwt: { issuers, requiredScopes: ["notes", "notes read"] } } },
  ],
  [
    "settings.publicUrl: must be known when the stack is made, not when it is deployed.",
    { auth: { jwt: { issuers } }, settings: { publicUrl: Fn.importValue("url") } },
  ],
  ...[undefined, "NONE", "COGNITO_USER_POOLS"].map((authorizationType): [string, Partial<McpServerProps>] => [
    "auth.jwt.authorizer: must be a Lambda authorizer (CUSTOM); a user pool goes into auth.cognito.",
    {
      auth: {
        jwt: { issuers, authorizer: { authorizerId: "a", authorizationType } as never },
      },
    },
  ]),
  ["auth: give one of { cognito } and { jwt }, not both.", { auth: { ...tokens, jwt: { issuers } } as Auth }],
  ...(["function-url", "web-function"] as const).flatMap((ingress): [string, Partial<McpServerProps>][] => [
    [
      `auth.cognito: is for ingress "rest-api": behind "${ingress}", take { jwt } with the pool as an issuer.`,
      { ingress, auth: tokens },
    ],
    [
      `auth.jwt: tokens are issued for the endpoint's URL, which "${ingress}" shows only once it is there: set settings.publicUrl.`,
      { ingress, auth: { jwt: { issuers } } },
    ],
    [
      `auth.jwt.authorizer: is not for ingress "${ingress}", but for rest-api.`,
      { ingress, auth: { jwt: { issuers, authorizer } }, settings: { publicUrl: "https://mcp.example.com/mcp" } },
    ],
  ]),
];

test.for(REFUSED)("%s", ([sentence, server]) => {
  expect(() => synthesize(server)).toThrow(new Error(`Mcp/Server.${sentence}`));
});
