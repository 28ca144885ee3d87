import { createHmac } from "node:crypto";
import type { JWTHeaderParameters } from "jose";
import { type Attack, type AttackRequest, unauthorized } from "./attack.ts";
import { type AttackTarget, goodClaims } from "./attack-target.ts";
import type { Claims } from "./local-issuer.ts";

const bearer = (token: string): AttackRequest => ({ headers: [["authorization", `Bearer ${token}`]] });

/** A token of the good issuer, but for what is said here. */
const goodToken = (
  { issuers, publicUrl }: AttackTarget,
  claims: Claims = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> => issuers.good.sign({ ...goodClaims(publicUrl), ...claims }, header);

const now = (): number => Math.floor(Date.now() / 1000);

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Header and claims of a good token with another header's word on how it is signed. */
const unsigned = ({ issuers, publicUrl }: AttackTarget, header: object): string =>
  `${base64url(header)}.${base64url({ ...goodClaims(publicUrl), iss: issuers.good.url, exp: now() + 600 })}`;

/** A row about a token that must not be accepted. */
const badToken = (name: string, make: (target: AttackTarget) => string | Promise<string>): Attack => ({
  name,
  request: async (target) => bearer(await make(target)),
  expected: (target) => unauthorized(target, "invalid_token"),
});

/** A row about an issuer that cannot be asked: closed, told to come back, and in a bounded time. */
const outage = (name: string, choose: (target: AttackTarget) => Promise<string>): Attack => ({
  name,
  request: async (target) => bearer(await choose(target)),
  expected: () => ({ status: [503], headers: { "retry-after": /^\d+$/ } }),
});

/** Attacks with tokens, on an endpoint with the target's environment and a tool for every authenticated caller. */
export const TOKEN_ATTACKS: readonly Attack[] = [
  {
    name: "nothing: a good token, so that refusals mean something",
    request: async (target) => bearer(await goodToken(target)),
    expected: () => ({ status: [200], body: /"result"/ }),
  },
  { name: "no token", request: () => ({}), expected: (target) => unauthorized(target) },
  { name: "an empty token", request: () => bearer(""), expected: (target) => unauthorized(target, "invalid_token") },
  {
    name: "a password",
    request: () => ({ headers: [["authorization", `Basic ${btoa("ada:secret")}`]] }),
    expected: (target) => unauthorized(target),
  },
  badToken("no JWT", () => "just-a-text"),
  badToken("an expired token", (target) => goodToken(target, { exp: now() - 60 })),
  badToken("a token without end", (target) => goodToken(target, { exp: undefined })),
  badToken("a token that is not valid yet", (target) => goodToken(target, { nbf: now() + 120 })),
  badToken("a token of nobody", (target) => goodToken(target, { sub: undefined })),
  badToken("a token whose subject is empty", (target) => goodToken(target, { sub: "" })),
  badToken("a token whose subject is a number", (target) => goodToken(target, { sub: 7 })),
  badToken("a token whose subject is a list", (target) => goodToken(target, { sub: ["ada"] })),
  badToken("a token bound to a client certificate", (target) =>
    goodToken(target, { cnf: { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" } }),
  ),
  badToken("a token bound to a DPoP key", (target) =>
    goodToken(target, { cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }),
  ),
  badToken("a token of another issuer", ({ issuers, publicUrl }) => issuers.foreign.sign(goodClaims(publicUrl))),
  badToken("a token that another issuer signed", ({ issuers, publicUrl }) =>
    issuers.foreign.sign({ ...goodClaims(publicUrl), iss: issuers.good.url }),
  ),
  badToken("an issuer that only begins like a good one", (target) =>
    goodToken(target, { iss: `${target.issuers.good.url}.evil.example` }),
  ),
  badToken("a token for another audience", (target) => goodToken(target, { aud: "https://other.example/mcp" })),
  badToken("an audience that only begins like ours", (target) => goodToken(target, { aud: `${target.publicUrl}-2` })),
  badToken("a token for nobody", (target) => goodToken(target, { aud: undefined })),
  badToken("an ID token", (target) => goodToken(target, { nonce: "n", at_hash: "h" })),
  badToken("a token for logging out", (target) => goodToken(target, {}, { typ: "logout+jwt" })),
  badToken("alg none", (target) => `${unsigned(target, { alg: "none" })}.`),
  badToken("alg none in other letters", (target) => `${unsigned(target, { alg: "nOnE" })}.AA`),
  badToken("HS256 with the public key", (target) => {
    const text = unsigned(target, { alg: "HS256", typ: "JWT" });
    return `${text}.${createHmac("sha256", target.publicKey).update(text).digest("base64url")}`;
  }),
  badToken("an unknown kid", (target) => goodToken(target, {}, { kid: "no-such-key" })),
  badToken("a kid that is a path", (target) => goodToken(target, {}, { kid: "../../etc/passwd" })),
  badToken("keys of its own", ({ issuers, publicUrl }) =>
    issuers.foreign.sign({ ...goodClaims(publicUrl), iss: issuers.good.url }, { jku: issuers.foreign.jwksUri }),
  ),
  badToken("a key that was given up", ({ formerToken }) => formerToken),
  badToken("other claims under a good signature", async (target) => {
    const [header, , signature] = (await goodToken(target)).split(".");
    return `${header}.${base64url({ ...goodClaims(target.publicUrl), iss: target.issuers.good.url, sub: "root" })}.${signature}`;
  }),
  badToken("a critical header that nobody knows", async (target) => {
    const [, claims, signature] = (await goodToken(target)).split(".");
    return `${base64url({ alg: "RS256", crit: ["exp"], exp: 1 })}.${claims}.${signature}`;
  }),
  {
    name: "a token without the scope that is asked for",
    request: async (target) => bearer(await goodToken(target, { scope: "other" })),
    expected: () => ({
      status: [403],
      headers: { "www-authenticate": /^Bearer error="insufficient_scope", .*scope="notes", resource_metadata="/ },
    }),
  },
  outage("an issuer that is down", ({ issuers, publicUrl }) => issuers.down.sign(goodClaims(publicUrl))),
  outage("an issuer that never answers", ({ issuers, publicUrl }) => issuers.hanging.sign(goodClaims(publicUrl))),
  {
    name: "a token in the query",
    request: async (target) => ({
      url: `${new URL(target.publicUrl).pathname}?access_token=${await goodToken(target)}`,
    }),
    expected: () => ({ status: [400], headers: { "www-authenticate": /^Bearer error="invalid_request"/ } }),
  },
  {
    name: "a token in the query beside a good one",
    request: async (target) => {
      const token = await goodToken(target);
      return { ...bearer(token), url: `${new URL(target.publicUrl).pathname}?x=1&acces%73_token=${token}` };
    },
    expected: () => ({ status: [400] }),
  },
  {
    name: "two Authorization headers, the good one last",
    request: async (target) => ({
      headers: [
        ["authorization", "Bearer x"],
        ["authorization", `Bearer ${await goodToken(target)}`],
      ],
    }),
    expected: () => ({ status: [400], headers: { "www-authenticate": /^Bearer error="invalid_request"/ } }),
  },
  {
    name: "two Authorization headers, the good one first",
    request: async (target) => ({
      headers: [
        ["authorization", `Bearer ${await goodToken(target)}`],
        ["authorization", "Bearer x"],
      ],
    }),
    expected: () => ({ status: [400], headers: { "www-authenticate": /^Bearer error="invalid_request"/ } }),
  },
];
