import { startLocalTable } from "../../emulators/local-table.ts";
import { SECRET, startSecretsStandIn } from "../aws/state-keys-stand-in.ts";
import { type SecretStandIn, startKeyVault, startSecretManager } from "../shared/secrets/secret-stand-ins.ts";
import { azureIdentityEndpoint, googleMetadataServer, type IdentityEndpoint } from "../store/identity-endpoints.ts";
import { startStandIn } from "../store/stand-in-server.ts";
import { type StsStandIn, startStsStandIn } from "../store/sts-stand-in.ts";
import { type Guard, startGuard } from "./aws-guard.ts";
import { withKeys } from "./template-values.ts";
import { type Claims, createTokenIssuer } from "./token-issuer.ts";

/** A cloud whose instances come to AWS from outside. */
export type OutsideCloud = "azure" | "gcp";

/** A deployment's settings for the access to its table. */
export interface TableAccess {
  readonly roleArn: string;
  /** The role's region and its table's. */
  readonly region: string;
  /** STS's code for what the role does not trust of a token that the platform has signed; undefined when it trusts it. */
  readonly problemOf: (claims: Claims) => string | undefined;
  /** Whether the role allows an action, such as `dynamodb:GetItem`, on the table or, by its ARN, a secret. */
  readonly allows: (action: string, secret?: string) => boolean;
  /** The identity of the deployment's instances, as the platform's tokens name it. */
  readonly identity: Identity;
  /** The text of the key ring in the platform's own secret. */
  readonly keyRing?: string | undefined;
}

export interface Identity {
  /** `sub` of its tokens. */
  readonly subject: string;
  /** By which instances ask for it, where they have to. */
  readonly clientId?: string;
  /** Entra's tenant. */
  readonly tenantId?: string;
  /** Whether the platform makes tokens for an audience. */
  readonly knows: (audience: string) => boolean;
}

/** A cloud on this machine as far as its instances notice, and the AWS account that they use a table of. */
export interface LocalCloud {
  readonly sts: StsStandIn;
  readonly tableName: string;
  readonly table: Guard;
  /** Secrets Manager with the one secret SECRET, a key ring. */
  readonly secret: Guard;
  /** The platform's service for secrets, with the key ring. */
  readonly ownSecret: SecretStandIn;
  /** The variable that names this key ring. */
  readonly keySecret: Readonly<Record<string, string>>;
  /** The platform's endpoint for identity tokens. */
  endpoint: IdentityEndpoint;
  /** The identity in its tokens: that of the deployment, or of another workload. */
  subject: string;
  /** Tokens that it gave out, in order. */
  readonly tokens: string[];
  /** The platform's variables, and those with which instances find AWS on this machine. No credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** Forgets what has happened and what was made to be wrong. */
  reset(): void;
  close(): Promise<void>;
}

/** App Service makes one up for each instance. */
const IDENTITY_HEADER = "the header that keeps forged requests out";

type Endpoint = (identity: Identity, subject: () => string, issue: (claims: Claims) => string) => IdentityEndpoint;

/** Entra's name of all vaults. */
const VAULTS = "https://vault.azure.net";

/** An access token of an identity for the platform's own services. */
const accessTokenOf = (subject: string): string => `own-services:${subject}`;

/** The platform's service for secrets, and the variables that lead an instance to it. */
const SECRETS = {
  azure: { start: startKeyVault, variable: "MCP_ANYCLOUD_KEY_VAULT_SECRET", told: () => ({}) },
  gcp: {
    start: startSecretManager,
    variable: "MCP_ANYCLOUD_SECRET_MANAGER_SECRET",
    told: (url: string) => ({ CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: url }),
  },
};

/** The token endpoint of each platform, with the claims that it attests. */
const ENDPOINTS: Readonly<Record<OutsideCloud, Endpoint>> = {
  azure: ({ clientId, tenantId, knows }, subject, issue) =>
    azureIdentityEndpoint(IDENTITY_HEADER, (asked) => {
      if (clientId === undefined || asked.clientId !== clientId) return undefined;
      if (asked.audience === VAULTS) return accessTokenOf(subject());
      if (!knows(asked.audience)) return undefined;
      // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (version 1.0)
      const iss = `https://sts.windows.net/${tenantId}/`;
      return issue({ iss, aud: asked.audience, appid: clientId, oid: subject(), sub: subject(), ver: "1.0" });
    }),
  // https://cloud.google.com/docs/authentication/token-types#id-tokens
  gcp: (_, subject, issue) =>
    googleMetadataServer(
      ({ audience }) => issue({ iss: "https://accounts.google.com", aud: audience, azp: subject(), sub: subject() }),
      () => accessTokenOf(subject()),
    ),
};

export async function openLocalCloud(cloud: OutsideCloud, access: TableAccess): Promise<LocalCloud> {
  const { roleArn, region, problemOf, allows, identity, keyRing = "" } = access;
  const issuer = createTokenIssuer();
  const sts = await startStsStandIn({
    role: roleArn,
    problemOf(token) {
      const claims = issuer.read(token);
      return claims ? problemOf(claims) : "InvalidIdentityToken";
    },
  });
  const { start, variable, told: toldSecrets } = SECRETS[cloud];
  const [dynalite, secrets, ownSecret] = await Promise.all([
    startLocalTable(),
    startSecretsStandIn(`1:${withKeys("stub-000000000000")}`),
    start((token) => token === accessTokenOf(identity.subject)),
  ]);
  ownSecret.versions.push({ text: keyRing, enabled: true });
  const credentials = sts.issued;
  const [, , , secretRegion] = SECRET.split(":");
  const table = await startGuard({
    scope: `${region}/dynamodb`,
    credentials,
    allows,
    service: dynalite.url,
  });
  const secret = await startGuard({
    scope: `${secretRegion}/secretsmanager`,
    credentials,
    allows: (action) => allows(action, SECRET),
    service: `http://${secrets.host}`,
  });
  const tokens: string[] = [];
  const issue = (claims: Claims): string => {
    const token = issuer.issue(claims);
    tokens.push(token);
    return token;
  };
  const healthy = ENDPOINTS[cloud](identity, () => local.subject, issue);
  const platform = await startStandIn((request) => local.endpoint(request));
  const told: Record<OutsideCloud, Record<string, string>> = {
    azure: { IDENTITY_ENDPOINT: `http://${platform.host}/msi/token`, IDENTITY_HEADER },
    gcp: { GCE_METADATA_HOST: platform.host },
  };
  const local: LocalCloud = {
    sts,
    tableName: dynalite.environment.MCP_ANYCLOUD_TABLE ?? "",
    table,
    secret,
    ownSecret,
    keySecret: { [variable]: ownSecret.secret },
    endpoint: healthy,
    subject: identity.subject,
    tokens,
    environment: {
      ...told[cloud],
      ...toldSecrets(ownSecret.url),
      AWS_ENDPOINT_URL_STS: `http://${sts.host}`,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${table.host}`,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://${secret.host}`,
    },
    reset() {
      Object.assign(local, { endpoint: healthy, subject: identity.subject });
      tokens.length = 0;
      sts.reset();
      table.reset();
      secret.reset();
    },
    async close() {
      await Promise.all([platform, sts, table, secret, dynalite, secrets, ownSecret].map((one) => one.close()));
    },
  };
  return local;
}
