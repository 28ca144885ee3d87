/** Who makes a request, as one opaque text: equal for the same caller, different for different ones. */
export type Principal = string;

/** What a principal is made of. */
export interface PrincipalParts {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly clientId?: string | undefined;
}

/**
 * The subject at its issuer, else the client that the token was issued to.
 * The parts are told apart by JSON's quotes, so that no choice of names makes two callers one.
 */
export function principalOf({ issuer = "", subject, clientId = "" }: PrincipalParts): Principal {
  return JSON.stringify(subject === undefined ? [clientId] : [issuer, subject]);
}
