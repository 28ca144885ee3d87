/** A caller as one opaque text: equal for the same caller, different for different ones. */
export type Principal = string;

/** The parts of a principal. */
export interface PrincipalParts {
  readonly issuer?: string | undefined;
  readonly subject: string;
}

/** The subject at its issuer. JSON's quotes separate the parts, so that no choice of names makes two callers equal. */
export const toPrincipal = ({ issuer = "", subject }: PrincipalParts): Principal => JSON.stringify([issuer, subject]);

/** Whether a claim names a subject: a text that is not empty (RFC 7519 §4.1.2). All others would be one caller. */
export const isSubject = (claim: unknown): claim is string => typeof claim === "string" && claim !== "";
