/**
 * Whether a token may be used by the holder of one key only: its `cnf` names the key (RFC 7800 §3.1). The key's proof would
 * be a client certificate (RFC 8705 §3) or a DPoP header (RFC 9449 §4), and neither is checked here. Taken as a bearer
 * token, it would work for a thief.
 */
export const isBound = (claims: Readonly<Record<string, unknown>> | undefined): boolean => claims?.cnf !== undefined;

/** The refusal of such a token, for its client. */
export const BOUND_TOKEN = "The token is bound to a key (cnf), whose proof is not checked here: send a bearer token.";
