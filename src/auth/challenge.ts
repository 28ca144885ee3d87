import type { AuthConfig } from "../config/auth-settings.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { metadataUrl } from "./protected-resource.ts";

/** Error codes of RFC 6750 §3.1. */
type BearerError = "invalid_request" | "invalid_token";

/** Refusals that tell a client how to get an acceptable token (RFC 6750 §3; RFC 9728 §5.1; MCP, Authorization). */
export interface Challenges {
  /** URL of the endpoint's metadata, for servers that send challenges themselves. */
  readonly resourceMetadata?: string | undefined;
  /** 401; without an error when no token was sent (RFC 6750 §3.1). */
  unauthorized(error?: BearerError, description?: string): HttpResponse;
  /** 400 for a request that sends a token in a forbidden way. */
  badRequest(description: string): HttpResponse;
  /** 403 that names all scopes of the operation and of the endpoint. */
  insufficientScope(scopes: readonly string[], description?: string): HttpResponse;
}

export type ChallengesOptions = Pick<AuthConfig, "publicUrl" | "requiredScopes"> & {
  readonly path: string;
  /** Whether the endpoint publishes metadata that name the issuers of tokens. */
  readonly hasMetadata: boolean;
};

/** Creates the challenges from the configured address of the endpoint: nothing in them comes from a request. */
export function createChallenges({ publicUrl, path, requiredScopes = [], hasMetadata }: ChallengesOptions): Challenges {
  const resourceMetadata = hasMetadata && publicUrl !== undefined ? metadataUrl(publicUrl, path) : undefined;
  const refuse = (status: number, message: string, parameters: Parameters): HttpResponse => {
    const challenge = bearer({ ...parameters, resource_metadata: resourceMetadata });
    return errorResponse(status, { code: JsonRpcCode.HTTP_ERROR, message }, { "www-authenticate": challenge });
  };
  const scope = requiredScopes.join(" ");
  return {
    resourceMetadata,
    unauthorized: (error, error_description) =>
      refuse(401, error_description ?? "A bearer token is needed.", { error, error_description, scope }),
    badRequest: (error_description) => refuse(400, error_description, { error: "invalid_request", error_description }),
    insufficientScope(scopes, error_description = "The token does not allow this.") {
      const all = [...new Set([...requiredScopes, ...scopes])].join(" ");
      return refuse(403, error_description, { error: "insufficient_scope", error_description, scope: all });
    },
  };
}

type Parameters = Readonly<Record<string, string | undefined>>;

function bearer(parameters: Parameters): string {
  const given = Object.entries(parameters).filter(([, value]) => value);
  const texts = given.map(([name, value]) => `${name}="${quotable(value ?? "")}"`);
  return texts.length > 0 ? `Bearer ${texts.join(", ")}` : "Bearer";
}

/** The characters that a quoted value may have (RFC 6750 §3): printable ASCII without the quote and the backslash. */
const quotable = (text: string): string => text.replaceAll(/[^ !#-[\]-~]/g, "");
