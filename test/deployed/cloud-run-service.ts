import type { TemplateResource } from "../templates/run/apply-template.ts";
import type { Served } from "./served.ts";
import { only, type Values, withKeys } from "./template-values.ts";

/** Reads what Cloud Run provides for the service of templates/gcp. Throws where it would provide nothing. */
export function readCloudRunService(resources: readonly TemplateResource[]): Served {
  const [template] = only(resources, "google_cloud_run_v2_service").template as readonly Values[];
  const [container, ...others] = (template?.containers ?? []) as readonly Values[];
  if (!template || !container || others.length > 0) throw new Error("The service has another number of containers.");
  const identity = only(resources, "google_service_account", ({ email }) => email === template.service_account);

  // "Configure secrets for services": as an environment variable, a version, for principals that may access the secret.
  function resolve({ value, value_source: sources }: Values): string {
    const [reference] = (sources?.[0]?.secret_key_ref ?? []) as readonly Values[];
    if (!reference) return value;
    const secret = only(resources, "google_secret_manager_secret", (one) => one.secret_id === reference.secret);
    const lets = ({ secret_id, role, member }: Values): boolean =>
      secret_id === secret.id && role === "roles/secretmanager.secretAccessor" && member === identity.member;
    only(resources, "google_secret_manager_secret_iam_member", lets);
    const isMeant = (one: Values): boolean => one.secret === secret.id && one.version === reference.version;
    return withKeys(only(resources, "google_secret_manager_secret_version", isMeant).secret_data);
  }

  const variables = container.env as readonly Values[];
  return {
    environment: Object.fromEntries(variables.map((variable) => [variable.name, resolve(variable)])),
    // Google gives its service accounts tokens for any audience.
    identity: { subject: identity.unique_id, knows: () => true },
    ingress: {
      requestTimeoutSeconds: Number(/^(\d+)s$/.exec(template.timeout)?.[1]),
      concurrency: template.max_instance_request_concurrency,
      maxInstances: template.scaling[0].max_instance_count,
    },
  };
}
