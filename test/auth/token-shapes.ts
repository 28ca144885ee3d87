import type { TokenIssuer } from "../../src/adapter.ts";
import type { Claims } from "../security/local-issuer.ts";

/** An access token as one kind of issuer makes it, and what it proves. */
export interface TokenShape {
  readonly name: string;
  /** `iss`, exactly as in tokens. */
  readonly issuer: string;
  /** Settings of the issuer, beside its address. */
  readonly settings: Omit<TokenIssuer, "issuer" | "jwksUri">;
  readonly claims: Claims;
  readonly type?: string;
  readonly expected: { readonly subject: string; readonly clientId: string; readonly scopes: readonly string[] };
  /** Tokens of the same issuer that give no access, by what they are. */
  readonly others: Readonly<Record<string, Claims>>;
}

const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const APP = "6731de76-14a6-49ae-97bc-6eba6914391e";

/** As documented by each issuer; the names are made up. */
export const TOKEN_SHAPES: readonly TokenShape[] = [
  {
    name: "Cognito",
    issuer: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab129faBb",
    settings: { audiences: ["1example23456789"], audienceClaim: "client_id" },
    claims: {
      sub: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
      "cognito:groups": ["editors"],
      token_use: "access",
      scope: "mcp/read mcp/write",
      client_id: "1example23456789",
      username: "ada",
    },
    expected: {
      subject: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
      clientId: "1example23456789",
      scopes: ["mcp/read", "mcp/write"],
    },
    others: {
      "an ID token": { sub: "a", token_use: "id", aud: "1example23456789", client_id: "1example23456789" },
      "a token for another client": { sub: "a", token_use: "access", client_id: "another" },
    },
  },
  {
    name: "Entra v2",
    issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    settings: { audiences: [APP], requiredClaims: { tid: [TENANT] } },
    claims: {
      aud: APP,
      sub: "pairwise-1",
      oid: "object-1",
      tid: TENANT,
      azp: "client-1",
      scp: "Notes.Read",
      ver: "2.0",
    },
    expected: { subject: "pairwise-1", clientId: "client-1", scopes: ["Notes.Read"] },
    others: {
      "an ID token": { aud: APP, sub: "pairwise-1", tid: TENANT, ver: "2.0", name: "Ada" },
      "a token of another tenant": { aud: APP, sub: "p", tid: "other", azp: "client-1", ver: "2.0" },
    },
  },
  {
    name: "Entra v1",
    issuer: `https://sts.windows.net/${TENANT}/`,
    settings: { audiences: [`api://${APP}`], scopeClaim: "roles" },
    claims: {
      aud: `api://${APP}`,
      sub: "pairwise-1",
      tid: TENANT,
      appid: "client-2",
      roles: ["Notes.All"],
      ver: "1.0",
    },
    expected: { subject: "pairwise-1", clientId: "client-2", scopes: ["Notes.All"] },
    others: { "a token for another API": { aud: "https://graph.microsoft.com", sub: "p", appid: "client-2" } },
  },
  {
    name: "Google, a service account",
    issuer: "https://accounts.google.com",
    settings: {},
    claims: {
      aud: "https://mcp.example/mcp",
      azp: "1234567890",
      sub: "1234567890",
      email: "a@b.iam.gserviceaccount.com",
    },
    expected: { subject: "1234567890", clientId: "1234567890", scopes: [] },
    others: {
      "a user's ID token": { aud: "https://mcp.example/mcp", azp: "c", sub: "1", at_hash: "HK6E_P6Dh8Y93mRNtsDB1Q" },
    },
  },
  {
    name: "Auth0",
    issuer: "https://tenant.eu.auth0.com/",
    settings: {},
    claims: {
      sub: "auth0|123",
      aud: ["https://mcp.example/mcp", "https://tenant.eu.auth0.com/userinfo"],
      azp: "my_client_id",
      scope: "openid profile read:notes",
      permissions: ["read:notes"],
    },
    expected: { subject: "auth0|123", clientId: "my_client_id", scopes: ["openid", "profile", "read:notes"] },
    others: { "an ID token": { sub: "auth0|123", aud: "my_client_id", nonce: "n-0S6" } },
  },
  {
    name: "Auth0 with the profile of RFC 9068",
    issuer: "https://rfc9068.eu.auth0.com/",
    settings: { scopeClaim: "permissions" },
    type: "at+jwt",
    claims: {
      sub: "auth0|1",
      aud: "https://mcp.example/mcp",
      client_id: "c",
      permissions: ["read:notes"],
      nonce: "kept",
    },
    expected: { subject: "auth0|1", clientId: "c", scopes: ["read:notes"] },
    others: { "a token for its issuer": { sub: "auth0|1", aud: "https://rfc9068.eu.auth0.com/", client_id: "c" } },
  },
  {
    name: "Keycloak",
    issuer: "https://sso.example/realms/notes",
    settings: {},
    type: "JWT",
    claims: {
      sub: "f:1:ada",
      typ: "Bearer",
      aud: ["https://mcp.example/mcp", "account"],
      azp: "notes-client",
      scope: "email notes",
      realm_access: { roles: ["editor"] },
    },
    expected: { subject: "f:1:ada", clientId: "notes-client", scopes: ["email", "notes"] },
    others: {
      "an ID token": { sub: "f:1:ada", typ: "ID", aud: "https://mcp.example/mcp", azp: "notes-client" },
      "a refresh token": { sub: "f:1:ada", typ: "Refresh", aud: "https://mcp.example/mcp", azp: "notes-client" },
    },
  },
];
