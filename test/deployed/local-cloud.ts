import { startLocalTable } from "../../emulators/local-table.ts";
import { SECRET, startSecretsStandIn } from "../aws/state-keys-stand-in.ts";
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

/** The token endpoint of each platform, with the claims that it attests. */
const ENDPOINTS: Readonly<Record<OutsideCloud, Endpoint>> = {
  azure: ({ clientId, tenantId, knows }, subject, issue) =>
    azureIdentityEndpoint(IDENTITY_HEADER, (asked) => {
      if (clientId === undefined || asked.clientId !== clientId || !knows(asked.audience)) return undefined;
      // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (version 1.0)
      const iss = `https://sts.windows.net/${tenantId}/`;
      return issue({ iss, aud: asked.audience, appid: clientId, oid: subject(), sub: subject(), ver: "1.0" });
    }),
  // https://cloud.google.com/docs/authentication/token-types#id-tokens
  gcp: (_, subject, issue) =>
    googleMetadataServer(({ audience }) =>
      issue({ iss: "https://accounts.google.com", aud: audience, azp: subject(), sub: subject() }),
    ),
};

export async function openLocalCloud(cloud: OutsideCloud, access: TableAccess): Promise<LocalCloud> {
  const { roleArn, region, problemOf, allows, identity } = access;
  const issuer = createTokenIssuer();
  const sts = await startStsStandIn({
    role: roleArn,
    problemOf(token) {
      const claims = issuer.read(token);
      return claims ? problemOf(claims) : "InvalidIdentityToken";
    },
  });
  const [dynalite, secrets] = await Promise.all([
    startLocalTable(),
    startSecretsStandIn(`1:${withKeys("stub-000000000000")}`),
  ]);
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
    endpoint: healthy,
    subject: identity.subject,
    tokens,
    environment: {
      ...told[cloud],
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
      await Promise.all([platform, sts, table, secret, dynalite, secrets].map((one) => one.close()));
    },
  };
  return local;
}
