import type { TemplateResource } from "../templates/run/apply-template.ts";
import type { TableAccess } from "./local-cloud.ts";
import { only, type Values } from "./template-values.ts";
import type { Claims } from "./token-issuer.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: { readonly Federated?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const statementsIn = (policy: unknown): readonly Statement[] => JSON.parse(String(policy)).Statement;
const includes = (list: string | readonly string[] | undefined, item: string): boolean => [list].flat().includes(item);

/** Reads whom a template's AWS role trusts and what it allows, as IAM and STS read its policies. */
export function readRole(
  resources: readonly TemplateResource[],
  roleArn: string,
  tableName: string,
): Pick<TableAccess, "problemOf" | "allows"> {
  const role = only(resources, "aws_iam_role", ({ arn }) => arn === roleArn);
  const table = only(resources, "aws_dynamodb_table", ({ name }) => name === tableName);
  const trust = statementsIn(role.assume_role_policy);
  const policies = resources.filter(({ type, values }) => type === "aws_iam_role_policy" && values.role === role.id);
  const permissions = policies.flatMap(({ values }) => statementsIn(values.policy));
  return {
    problemOf(claims) {
      const provider = providerOf(resources, claims);
      if (provider === undefined) return "InvalidIdentityToken";
      return trust.some((statement) => admits(statement, provider, claims)) ? undefined : "AccessDenied";
    },
    allows: (action, resource = table.arn as string) =>
      permissions.some(
        ({ Effect, Action, Resource }) =>
          Effect === "Allow" && includes(Action, action) && includes(Resource, resource),
      ),
  };
}

const GOOGLE = "accounts.google.com";

/** The identity provider of a token, by its name in a trust policy; undefined for a provider that AWS does not know. */
function providerOf(resources: readonly TemplateResource[], { iss, aud = "" }: Claims): string | undefined {
  // The one that every account has (IAM User Guide, "Create an OpenID Connect identity provider in IAM").
  if (iss === `https://${GOOGLE}`) return GOOGLE;
  const known = ({ url, client_id_list }: Values): boolean => url === iss && includes(client_id_list, aud);
  const found = resources.find(
    ({ type, values }) => type === "aws_iam_openid_connect_provider" && known(values as Values),
  );
  return found && String(found.values.arn);
}

function admits({ Effect, Action, Principal, Condition = {} }: Statement, provider: string, claims: Claims): boolean {
  if (Effect !== "Allow" || !includes(Action, "sts:AssumeRoleWithWebIdentity")) return false;
  if (Principal?.Federated !== provider) return false;
  const { StringEquals = {}, ...others } = Condition;
  if (Object.keys(others).length > 0)
    throw new Error(`No test knows the conditions ${Object.keys(others).join(", ")}.`);
  const keys = conditionKeys(claims);
  return Object.entries(StringEquals).every(([key, value]) => keys[key] === value);
}

/** IAM User Guide, "Available keys for AWS OIDC federation": for Google, `aud` is the token's `azp`, and `oaud` its `aud`. */
function conditionKeys({ iss = "", aud = "", azp, sub = "" }: Claims): Record<string, string> {
  const prefix = iss.replace("https://", "");
  return { [`${prefix}:aud`]: azp ?? aud, [`${prefix}:oaud`]: aud, [`${prefix}:sub`]: sub };
}
