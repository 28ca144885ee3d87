import type { PromiseFaults } from "./planted-fault.ts";

const ATTACKS = "test/security/attacks.test.ts";
const VERIFIER = "src/auth/jwt/jwt-verifier.ts";
const CLAIMS = "src/auth/jwt/jwt-claims.ts";
const DISCOVERY = "src/auth/jwt/jwks-discovery.ts";
const KEYS = "src/auth/jwt/jwks-cache.ts";
const VERIFIERS = "test/auth/verifier-authenticator.test.ts";
const BEARER = "src/auth/bearer.ts";

/** Faults in the check of access tokens. */
export const TOKEN_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "a token that is bound to a key (DPoP, mTLS), sent by somebody without the key",
    faults: [
      {
        file: "src/auth/sender-constraint.ts",
        text: "claims?.cnf !== undefined",
        replacement: "claims === null",
        test: VERIFIERS,
      },
      { file: CLAIMS, text: "if (isBound(claims))", replacement: "if (false)", test: ATTACKS, title: "bound to" },
    ],
  },
  {
    promise: "names of hidden tools in public documents",
    faults: [
      {
        file: "src/auth/authenticate.ts",
        text: "scopes: requiredScopes,",
        replacement: 'scopes: [...requiredScopes, "notes:echo"],',
        test: "test/security/discovery.test.ts",
      },
    ],
  },
  {
    promise:
      "a token that is missing, expired, not valid yet, without an end, for another audience, of another issuer, or no access token",
    faults: [
      {
        file: VERIFIER,
        text: 'requiredClaims: ["exp"]',
        replacement: "requiredClaims: []",
        test: ATTACKS,
        title: "without end",
      },
      {
        file: CLAIMS,
        text: "if (!isSubject(claims.sub))",
        replacement: "if (false)",
        test: ATTACKS,
        title: "subject is empty",
      },
      {
        file: "src/auth/verifier-authenticator.ts",
        text: "if (!isSubject(subject))",
        replacement: "if (false)",
        test: VERIFIERS,
      },
      {
        file: VERIFIER,
        text: "SKEW_SECONDS = 30",
        replacement: "SKEW_SECONDS = 3_000_000_000",
        test: ATTACKS,
        title: "an expired token",
      },
      {
        file: VERIFIER,
        text: "if (!TYPES.has(typ?.toLowerCase()))",
        replacement: "if (false)",
        test: ATTACKS,
        title: "logging out",
      },
      {
        file: CLAIMS,
        text: "if (!isForUs(claims, issuer, publicUrl))",
        replacement: "if (false)",
        test: ATTACKS,
        title: "another audience",
      },
      {
        file: CLAIMS,
        text: "ours.includes(audience)",
        replacement: "ours.some((own) => audience.startsWith(own))",
        test: ATTACKS,
        title: "only begins like ours",
      },
      {
        file: CLAIMS,
        text: "if (!isAccessToken(claims, type))",
        replacement: "if (false)",
        test: ATTACKS,
        title: "an ID token",
      },
      {
        file: CLAIMS,
        text: "if (clientOf(claims, issuer) === undefined)",
        replacement: "if (false)",
        test: "test/auth/token-shapes.test.ts",
      },
    ],
  },
  {
    promise: "a forged signature: `none`, HS256 with the public key, a key of one's own",
    faults: [
      {
        file: VERIFIER,
        text: "await jwtVerify(token, keys, {",
        replacement:
          "await (async (text: string, _keys: unknown, _rules: object) => ({ payload: decodeJwt(text), protectedHeader: decodeProtectedHeader(text) }))(token, keys, {",
        test: ATTACKS,
        title: "keys of its own",
      },
      {
        file: DISCOVERY,
        text: 'redirect: "error"',
        replacement: 'redirect: "follow"',
        test: "test/auth/key-discovery.test.ts",
      },
      {
        file: DISCOVERY,
        text: " || !isSecureUrl(jwksUri)) throw",
        replacement: ") throw",
        test: "test/auth/key-discovery.test.ts",
      },
      {
        file: DISCOVERY,
        text: "if (named !== issuer)",
        replacement: "if (false)",
        test: "test/auth/key-discovery.test.ts",
      },
    ],
  },
  {
    promise: "a key that was changed",
    faults: [
      { file: KEYS, text: "COOLDOWN_MS = 30_000", replacement: "COOLDOWN_MS = 0", test: "test/auth/jwks.test.ts" },
      { file: KEYS, text: "FRESH_MS = 600_000", replacement: "FRESH_MS = 600_000_000", test: "test/auth/jwks.test.ts" },
      {
        file: "src/auth/jwt/token-cache.ts",
        text: "MAX_SECONDS = 300",
        replacement: "MAX_SECONDS = 300_000",
        test: "test/auth/token-cache.test.ts",
      },
      {
        file: "src/auth/jwt/token-cache.ts",
        text: "if (found && found.untilMs > now())",
        replacement: "if (found)",
        test: "test/auth/token-cache.test.ts",
      },
    ],
  },
  {
    promise: "an issuer that is down or slow",
    faults: [
      { file: KEYS, text: "RETRY_MS = 5_000", replacement: "RETRY_MS = 0", test: "test/auth/jwks.test.ts" },
      {
        file: KEYS,
        text: "USABLE_MS = 3_600_000",
        replacement: "USABLE_MS = 3_600_000_000",
        test: "test/auth/jwks.test.ts",
      },
      {
        file: KEYS,
        text: "if (failure) throw failure.error;",
        replacement: "",
        test: "test/auth/jwks.test.ts",
      },
      {
        file: "src/http/error-response.ts",
        text: '    retryAfter: "5",\n',
        replacement: "",
        test: ATTACKS,
        title: "an issuer that is down",
      },
    ],
  },
  {
    promise: "tokens where they leak or contradict each other: in the query, in two `Authorization` headers",
    faults: [
      {
        file: BEARER,
        text: "if (hasTokenInQuery(url))",
        replacement: "if (false)",
        test: ATTACKS,
        title: "in the query",
      },
      {
        file: BEARER,
        text: 'if (authorization.includes(","))',
        replacement: "if (false)",
        test: ATTACKS,
        title: "two Authorization",
      },
    ],
  },
];
