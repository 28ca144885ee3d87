import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { errors } from "oidc-provider";

const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";

/** A real authorization server with token exchange (RFC 8693), for one client that may ask for the audience `crm`. */
export interface ExchangeServer {
  readonly tokenEndpoint: string;
  /** How many tokens were exchanged. */
  readonly exchanges: () => number;
  /** A token of a user, as a client of the gateway would have it. */
  issue(user: string, audience?: string): string;
  /** The user of a token for an audience; undefined for a token that is not for it. */
  userOf(token: string, audience: string): string | undefined;
  revoke(token: string): void;
  close(): Promise<void>;
}

export async function startExchangeServer(): Promise<ExchangeServer> {
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "one", use: "sig", alg: "RS256" }] },
    clients: [
      {
        client_id: "gateway",
        client_secret: "a secret: with % and +",
        grant_types: [GRANT],
        redirect_uris: [],
        response_types: [],
      },
    ],
    cookies: { keys: ["of the test"] },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    features: { devInteractions: { enabled: false } },
  });
  let exchanges = 0;
  const tokens = new Map<string, { readonly user: string; readonly audience: string }>();
  const save = (user: string, audience: string): string => {
    const token = crypto.randomUUID();
    tokens.set(token, { user, audience });
    return token;
  };
  const userOf = (token: string, audience: string): string | undefined => {
    const found = tokens.get(token);
    return found?.audience === audience ? found.user : undefined;
  };
  provider.registerGrantType(
    GRANT,
    async (context) => {
      const { params } = context.oidc;
      const user = userOf(String(params.subject_token), "gateway");
      if (user === undefined) throw new errors.InvalidGrant("the subject token is not for this client");
      if (params.audience !== "crm") throw new errors.InvalidTarget();
      exchanges++;
      context.body = { access_token: save(user, "crm"), token_type: "Bearer", expires_in: 600 };
    },
    ["subject_token", "subject_token_type", "requested_token_type", "audience"],
  );
  listener = provider.callback();
  return {
    tokenEndpoint: `${issuer}/token`,
    exchanges: () => exchanges,
    issue: (user, audience = "gateway") => save(user, audience),
    userOf,
    revoke: (token) => void tokens.delete(token),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
