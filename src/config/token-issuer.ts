import * as z from "zod/v4";
import { isSecureUrl } from "./secure-url.ts";

/** An authorization server whose access tokens are accepted, and how they look. */
export interface TokenIssuer {
  /** Its URL, to the letter as `iss` of its tokens has it: `https://login.microsoftonline.com/<tenant>/v2.0`. */
  readonly issuer: string;
  /** A token must name one of them as whom it is for. Default: the public URL of the endpoint. */
  readonly audiences?: readonly string[] | undefined;
  /** The claim that names them. Default `aud`; `client_id` for Cognito, whose access tokens have no `aud`. */
  readonly audienceClaim?: string | undefined;
  /** Where its keys are. Default: where its metadata says (OpenID Connect Discovery, RFC 8414). */
  readonly jwksUri?: string | undefined;
  /** Signature algorithms that are accepted, of `SIGNATURE_ALGORITHMS`. Default: all of those. */
  readonly algorithms?: readonly string[] | undefined;
  /** The claim that holds scopes, as a list or separated by spaces. Default: `scope` and `scp`, both. */
  readonly scopeClaim?: string | undefined;
  /** The claim that names the client. Default: the first there is of `client_id`, `azp` and `appid`. */
  readonly clientIdClaim?: string | undefined;
  /** Claims that a token must have, each with one of these values: `{ "tid": ["…"] }`. */
  readonly requiredClaims?: Readonly<Record<string, readonly ClaimValue[]>> | undefined;
}

/** A value that a claim is compared with. */
export type ClaimValue = string | number | boolean;

/** Signatures of key pairs alone: whoever can check one of the others (`HS256`) could have made it (RFC 8725 §3.1). */
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

/** What reads issuers, each of them once. */
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

/** The text of a variable as what `tokenIssuers` takes: a JSON array, or issuers' URLs separated by commas. */
export function parseIssuers(text: string): unknown {
  if (!text.trimStart().startsWith("[")) return text.split(",").map((item) => ({ issuer: item.trim() }));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
