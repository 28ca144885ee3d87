import type { ServerDefinition } from "../../../src/index.ts";

/** Believes each token to be the name of its caller. */
export const bearerVerifier: NonNullable<ServerDefinition["verifier"]> = {
  verifyAccessToken: async (token) => ({
    token,
    clientId: "test",
    scopes: [],
    expiresAt: Date.now() / 1000 + 3_600,
    extra: { sub: token },
  }),
};
