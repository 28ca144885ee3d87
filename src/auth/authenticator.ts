import type { AuthInfo } from "@modelcontextprotocol/server";
import type { HttpRequest, HttpResponse, Invocation } from "../http/http-handler.ts";
import type { Caller } from "./caller.ts";

/** Who asks, or the refusal to answer with. */
type AuthenticationResult =
  | { readonly caller: Caller; readonly authInfo?: AuthInfo }
  | { readonly refused: HttpResponse };

/** Finds out who makes a request. Throws when that cannot be found out. */
export type Authenticator = (request: HttpRequest, invocation: Invocation) => Promise<AuthenticationResult>;
