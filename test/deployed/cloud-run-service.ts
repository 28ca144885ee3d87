import type { TemplateResource } from "../templates/run/apply-template.ts";
import type { Served } from "./served.ts";
import { only, type Values, withKeys } from "./template-values.ts";

/** Reads what Cloud Run provides for the service of templates/gcp. Throws where it would provide nothing. */
export function readCloudRunService(resources: readonly TemplateResource[]): Served {
  const [template] = only(resources, "google_cloud_run_v2_service").template as readonly Values[];
  const [container, ...others] = (template?.containers ?? []) as readonly Values[];
  if (!template || !container || others.length > 0) throw new Error("The service has another number of containers.");
  const identity = only(resources, "google_service_account", ({ email }) => email === template.service_account);

  /** The newest version of a secret that the template makes. Throws where the service may not read it. */
  function readSecret(name: string): string {
    const isMeant = ({ project, secret_id }: Values): boolean => name === `projects/${project}/secrets/${secret_id}`;
    const secret = only(resources, "google_secret_manager_secret", isMeant);
    const lets = ({ secret_id, role, member }: Values): boolean =>
      secret_id === secret.id && role === "roles/secretmanager.secretAccessor" && member === identity.member;
    only(resources, "google_secret_manager_secret_iam_member", lets);
    const isOfIt = (one: Values): boolean => one.secret === secret.id;
    return withKeys(only(resources, "google_secret_manager_secret_version", isOfIt).secret_data);
  }

  const variables = container.env as readonly Values[];
  const environment = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  const { MCP_ANYCLOUD_SECRET_MANAGER_SECRET: secretName } = environment;
  return {
    environment,
    keyRing: secretName === undefined ? undefined : readSecret(secretName),
    // Google gives its service accounts tokens for any audience.
    identity: { subject: identity.unique_id, knows: () => true },
    ingress: {
      requestTimeoutSeconds: Number(/^(\d+)s$/.exec(template.timeout)?.[1]),
      concurrency: template.max_instance_request_concurrency,
      maxInstances: template.scaling[0].max_instance_count,
    },
  };
}
