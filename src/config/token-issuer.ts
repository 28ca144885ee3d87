import * as z from "zod/v4";
import { isSecureUrl } from "./secure-url.ts";

/** An authorization server whose access tokens are accepted, and the form of those tokens. */
export interface TokenIssuer {
  /** Its URL, exactly as in `iss` of its tokens: `https://login.example/<tenant>/v2.0`. */
  readonly issuer: string;
  /** A token must be issued for one of them. Default: the public URL of the endpoint. */
  readonly audiences?: readonly string[] | undefined;
  /** The claim that holds the audience. Default `aud`; `client_id` for issuers whose access tokens have no `aud`. */
  readonly audienceClaim?: string | undefined;
  /** URL of its keys. Default: the one in its metadata (OpenID Connect Discovery, RFC 8414). */
  readonly jwksUri?: string | undefined;
  /** Accepted signature algorithms. Default: all of `SIGNATURE_ALGORITHMS`. */
  readonly algorithms?: readonly string[] | undefined;
  /** The claim that holds the scopes, as a list or separated by spaces. Default: both `scope` and `scp`. */
  readonly scopeClaim?: string | undefined;
  /** The claim that holds the client's id. Default: the first present one of `client_id`, `azp` and `appid`. */
  readonly clientIdClaim?: string | undefined;
  /** Claims that a token must have, with their accepted values: `{ "tid": ["…"] }`. */
  readonly requiredClaims?: Readonly<Record<string, readonly ClaimValue[]>> | undefined;
}

/** A value that a claim may be required to have. */
export type ClaimValue = string | number | boolean;

/** Asymmetric algorithms only: whoever can check a symmetric signature (`HS256`) could have made it (RFC 8725 §3.1). */
export const SIGNATURE_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

/** Schema of the issuers; each may appear once. */
export function tokenIssuers(): z.ZodType<readonly TokenIssuer[]> {
  const secureUrl = z.string().refine(isSecureUrl);
  const names = z.array(z.string().min(1)).min(1);
  const claimValue = z.union([z.string(), z.number(), z.boolean()]);
  const oneOrMore = z.union([claimValue.transform((value) => [value]), z.array(claimValue).min(1)]);
  const tokenIssuer = z.strictObject({
    issuer: secureUrl,
    audiences: names.optional(),
    audienceClaim: z.string().min(1).optional(),
    jwksUri: secureUrl.optional(),
    algorithms: z.array(z.enum(SIGNATURE_ALGORITHMS)).min(1).optional(),
    scopeClaim: z.string().min(1).optional(),
    clientIdClaim: z.string().min(1).optional(),
    requiredClaims: z.record(z.string(), oneOrMore).optional(),
  });
  return z
    .array(tokenIssuer)
    .min(1)
    .refine((issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length);
}

/** Reads issuers from a JSON array, or from their URLs, separated by commas. Returns undefined where one is not valid. */
export const parseTokenIssuers = (text: string): readonly TokenIssuer[] | undefined =>
  tokenIssuers().safeParse(parseList(text)).data;

function parseList(text: string): unknown {
  if (!text.trimStart().startsWith("[")) return text.split(",").map((item) => ({ issuer: item.trim() }));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
