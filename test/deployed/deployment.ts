import { ROLE } from "../store/sts-stand-in.ts";
import type { IngressOptions } from "../support/ingresses.ts";
import { applyTemplate } from "../templates/run/apply-template.ts";
import { readRole } from "./aws-role.ts";
import { readAzureApp } from "./azure-app.ts";
import { readCloudRunService } from "./cloud-run-service.ts";
import { type LocalCloud, type OutsideCloud, openLocalCloud } from "./local-cloud.ts";

/** A module of templates/ that was applied, and what stands on this machine for the clouds that it was applied to. */
export interface Deployment {
  /** The variables of an instance, from the template, the platform and this machine. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ingress: Partial<IngressOptions>;
  readonly local: LocalCloud;
  /** Whether the role in AWS allows an action on the table. */
  readonly allows: (action: string) => boolean;
  close(): Promise<void>;
}

const READ = { azure: readAzureApp, gcp: readCloudRunService };

/** Variables of each module for the place of its resources; all others have their defaults. */
const PLACE = {
  azure: { region: "westeurope" },
  gcp: { region: "europe-west1", project: "notes-1" },
};

/** Applies a cloud's module with variables beside its required ones. */
export async function deploy(cloud: OutsideCloud, variables: Readonly<Record<string, unknown>>): Promise<Deployment> {
  const given = { name: "notes", auth: "public", ...PLACE[cloud], ...variables };
  const { resources } = await applyTemplate(cloud, given);
  const { environment, identity, ingress, keyRing } = READ[cloud](resources);
  const { MCP_ANYCLOUD_TABLE: table, MCP_ANYCLOUD_AWS_ROLE_ARN: roleArn, AWS_REGION: region = "" } = environment;
  const role = roleArn !== undefined && table !== undefined ? readRole(resources, roleArn, table) : NO_ROLE;
  const local = await openLocalCloud(cloud, { roleArn: ROLE, region, identity, keyRing, ...role });
  return {
    environment: {
      ...environment,
      // Stubs of providers make no ARNs, and the local table has a name of its own.
      ...(roleArn !== undefined && { MCP_ANYCLOUD_AWS_ROLE_ARN: ROLE }),
      ...(table !== undefined && { MCP_ANYCLOUD_TABLE: local.tableName }),
      ...local.environment,
      ...(keyRing !== undefined && local.keySecret),
    },
    ingress,
    local,
    allows: (action) => role.allows(action),
    close: () => local.close(),
  };
}

/** A deployment without a store has no role in AWS. */
const NO_ROLE = { problemOf: () => "AccessDenied", allows: () => false };
