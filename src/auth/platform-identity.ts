import { readEasyAuth } from "../../adapters/azure/identity.ts";
import { type GoogleIapOptions, iapReader } from "../../adapters/gcp/iap-identity.ts";
import { readGoogleIam } from "../../adapters/gcp/identity.ts";
import type { PlatformIdentityKind } from "../config/auth-settings.ts";
import type { HttpRequest, HttpResponse, Invocation } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import type { Authenticator, ReadPlatformIdentity } from "./authenticator.ts";
import type { Caller } from "./caller.ts";
import { principalOf } from "./principal.ts";

const READERS: Readonly<Record<PlatformIdentityKind, (options: GoogleIapOptions) => ReadPlatformIdentity>> = {
  "aws-iam": () => readInvocation,
  "azure-easy-auth": () => readEasyAuth,
  "google-iap": iapReader,
  "google-iam": () => readGoogleIam,
};

/**
 * Asks every request whom the platform says it is from. Nothing that a client could have written is believed: what is not
 * signed counts only as the adapter hands it over, or on the platform that writes over it.
 */
export function createPlatformAuthenticator(kind: PlatformIdentityKind, options: GoogleIapOptions): Authenticator {
  const read = READERS[kind](options);
  return async (request, invocation) => {
    const caller = await read(request, invocation);
    return caller ? { caller } : { refused: unknown() };
  };
}

function readInvocation(_request: HttpRequest, { identity }: Invocation): Caller | undefined {
  if (identity?.issuer !== "aws-iam") return undefined;
  const { issuer, subject, claims = {} } = identity;
  return { principal: principalOf({ issuer, subject }), issuer, subject, scopes: [], claims };
}

/** Not a 401, which must name a way to authenticate (RFC 9110 §15.5.2): this one is the platform's, and HTTP has no word for it. */
const unknown = (): HttpResponse =>
  errorResponse(403, { code: JsonRpcCode.HTTP_ERROR, message: "The platform does not say who calls." });
