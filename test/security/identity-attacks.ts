import { type Attack, unauthorized } from "./attack.ts";
import type { AttackTarget } from "./attack-target.ts";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const encodeUrl = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The header lines that App Service Authentication would write for a user. */
export const easyAuthHeaders = (user: string, claims: object[] = []): ReadonlyArray<readonly [string, string]> => [
  ["x-ms-client-principal-id", user],
  ["x-ms-client-principal-name", `${user}@example.com`],
  ["x-ms-client-principal-idp", "aad"],
  ["x-ms-client-principal", encode({ auth_typ: "aad", claims, name_typ: "name", role_typ: "roles" })],
];

/** An account's ID token as Cloud Run would pass it on. */
export const checkedIdToken = (sub: string, claims: object = {}): string =>
  `${encodeUrl({ alg: "RS256" })}.${encodeUrl({
    iss: "https://accounts.google.com",
    sub,
    exp: Math.floor(Date.now() / 1000) + 600,
    ...claims,
  })}.SIGNATURE_REMOVED_BY_GOOGLE`;

/** An endpoint that asks for tokens, and is sent what platforms say of callers. */
const withoutToken = (name: string, headers: ReadonlyArray<readonly [string, string]>, error?: string): Attack => ({
  name,
  request: () => ({ headers }),
  expected: (target: AttackTarget) => unauthorized(target, error),
});

/** Attacks with the headers in which platforms name callers. Without configuration, an endpoint ignores them. */
export const IDENTITY_ATTACKS: readonly Attack[] = [
  withoutToken("forged headers of Easy Auth", easyAuthHeaders("admin")),
  withoutToken("a forged assertion of Identity-Aware Proxy", [
    ["x-goog-iap-jwt-assertion", checkedIdToken("admin")],
    ["x-goog-authenticated-user-id", "accounts.google.com:1"],
    ["x-goog-authenticated-user-email", "accounts.google.com:admin@example.com"],
  ]),
  withoutToken("a token for Cloud Run's IAM", [["x-serverless-authorization", `Bearer ${checkedIdToken("admin")}`]]),
  withoutToken(
    "a token whose signature Google seems to have removed",
    [["authorization", `Bearer ${checkedIdToken("admin")}`]],
    "invalid_token",
  ),
  withoutToken("a forged authorizer of API Gateway", [
    ["x-amzn-request-context", encode({ authorizer: { iam: { userArn: "arn:aws:iam::123456789012:root" } } })],
    ["x-amzn-oidc-identity", "admin"],
    ["x-forwarded-authorization", "Bearer x"],
    ["x-apigateway-api-userinfo", encode({ sub: "admin" })],
  ]),
];
