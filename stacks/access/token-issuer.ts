import { Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { refuse } from "../checks/refuse.ts";

/** An authorization server whose access tokens the endpoint accepts (docs/access.md). Idle: nothing. */
export interface TokenIssuer {
  /** Its URL, exactly as `iss` of its tokens has it: `https://login.example.com/`. */
  readonly issuer: string;
  /** A token's audience must be one of these. Default: the URL of the endpoint. */
  readonly audiences?: readonly string[];
  /** The claim that names them. Default `aud`; `client_id` for Cognito. */
  readonly audienceClaim?: string;
  /** Where its keys are. Default: where its metadata says. */
  readonly jwksUri?: string;
  /** Signature algorithms that are accepted. Default: all that are made with a key pair. */
  readonly algorithms?: readonly string[];
  /** The claim that holds scopes. Default: `scope` and `scp`. */
  readonly scopeClaim?: string;
  /** The claim that names the client. Default: `client_id`, `azp` or `appid`. */
  readonly clientIdClaim?: string;
  /** Claims that a token must have, each with one of these values. Default: none. */
  readonly requiredClaims?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
}

/** As src/config/token-issuer.ts has them. */
const ALGORITHMS: readonly string[] = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
/** Characters of a scope (RFC 6749 §3.3), without the comma. */
const SCOPE = /^[!#-+\-.-[\]-~]+$/;

/** Whether this is a URL without user, query and fragment. A value that only the deployment knows counts as one. */
function isHttpsUrl(text: string): boolean {
  if (Token.isUnresolved(text)) return true;
  const url = URL.parse(text);
  return url?.protocol === "https:" && !url.username && !url.password && !/[?#\s]/.test(text);
}

/** Refuses what the endpoint would refuse with its first request; `prop` is where the issuers are. */
export function checkIssuers(scope: Construct, prop: string, issuers: readonly TokenIssuer[] | undefined): void {
  // JavaScript and casts can leave them out; the type requires them.
  const all = issuers ?? [];
  if (all.length === 0) refuse(scope, prop, "name an issuer whose tokens are accepted.");
  for (const [index, one] of all.entries()) {
    const refused = (field: string, sentence: string): never => refuse(scope, `${prop}[${index}].${field}`, sentence);
    for (const field of ["issuer", "jwksUri"] as const) {
      const url = one[field];
      if ((url !== undefined || field === "issuer") && !isHttpsUrl(url ?? "")) {
        refused(field, `must be an https URL without query, not ${url}.`);
      }
    }
    if (all.findIndex(({ issuer }) => issuer === one.issuer) !== index) refused("issuer", "is there twice.");
    checkNames(one, refused);
    const other = one.algorithms?.find((algorithm) => !ALGORITHMS.includes(algorithm));
    if (other !== undefined) refused("algorithms", `must be of ${ALGORITHMS.join(", ")}, not ${other}.`);
    if (one.audienceClaim === "client_id" && !one.audiences) {
      refused("audiences", "name the ids of the clients to let in, where audienceClaim is client_id.");
    }
  }
}

function checkNames(one: TokenIssuer, refused: (field: string, sentence: string) => never): void {
  const { audiences, algorithms, audienceClaim, scopeClaim, clientIdClaim, requiredClaims = {} } = one;
  for (const [field, value] of Object.entries({ audienceClaim, scopeClaim, clientIdClaim })) {
    if (value === "") refused(field, "must not be empty: leave it out for its default.");
  }
  const required = Object.entries(requiredClaims).map(([name, values]) => [`requiredClaims.${name}`, values] as const);
  for (const [field, list] of [["audiences", audiences] as const, ["algorithms", algorithms] as const, ...required]) {
    if (list && (list.length === 0 || list.some((item) => item === ""))) {
      refused(field, "must not be empty, nor have empty names.");
    }
  }
}

export function checkScopes(scope: Construct, prop: string, scopes: readonly string[] = []): void {
  const other = scopes.find((text) => !Token.isUnresolved(text) && !SCOPE.test(text));
  if (other !== undefined) refuse(scope, prop, `must be scopes, without spaces, commas and quotes, not ${other}.`);
}
