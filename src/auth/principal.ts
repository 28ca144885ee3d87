/** A caller as one opaque text: equal for the same caller, different for different ones. */
export type Principal = string;

/** The parts of a principal. */
export interface PrincipalParts {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly clientId?: string | undefined;
}

/**
 * The subject at its issuer, or without a subject the client that the token was issued to. JSON's quotes separate the
 * parts, so that no choice of names makes two callers equal.
 */
export function principalOf({ issuer = "", subject, clientId = "" }: PrincipalParts): Principal {
  return JSON.stringify(subject === undefined ? [clientId] : [issuer, subject]);
}
