import type { AuthInfo } from "@modelcontextprotocol/server";
import type { HttpRequest, HttpResponse, Invocation } from "../http/http-handler.ts";
import type { Caller } from "./caller.ts";

/** The caller, or the response that refuses the request. */
type AuthenticationResult =
  | { readonly caller: Caller; readonly authInfo?: AuthInfo }
  | { readonly refused: HttpResponse };

/** Authenticates the caller of a request. Throws when an issuer or a verifier cannot be asked. */
export type Authenticator = (request: HttpRequest, invocation: Invocation) => Promise<AuthenticationResult>;
