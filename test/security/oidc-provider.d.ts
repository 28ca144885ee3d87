/** The part of oidc-provider 9 that is used; the package has no types of its own. */
declare module "oidc-provider" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  interface Interaction {
    readonly prompt: {
      readonly name: "login" | "consent";
      readonly details: {
        readonly missingOIDCScope?: readonly string[];
        readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
      };
    };
    readonly params: { readonly client_id: string };
    readonly session?: { readonly accountId: string };
  }

  interface Grant {
    addOIDCScope(scope: string): void;
    rejectOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    rejectResourceScope(resource: string, scope: string): void;
    /** Settles with its id. */
    save(): Promise<string>;
  }

  /** The request of a grant that is registered. */
  interface GrantContext {
    readonly oidc: { readonly params: Readonly<Record<string, unknown>> };
    body: unknown;
  }

  /** Errors of the token endpoint (RFC 6749 §5.2, RFC 8693 §2.2.2). */
  export const errors: {
    readonly InvalidGrant: new (detail?: string) => Error;
    readonly InvalidTarget: new (detail?: string) => Error;
  };

  export default class Provider {
    constructor(issuer: string, configuration: object);
    readonly Grant: new (owner: {
      readonly accountId: string;
      readonly clientId: string;
    }) => Grant;
    callback(): RequestListener;
    registerGrantType(
      name: string,
      handle: (context: GrantContext) => Promise<void>,
      parameters: readonly string[],
    ): void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
  }
}
