import type { TemplateResource } from "../templates/run/apply-template.ts";
import type { Served } from "./served.ts";
import { only, type Values, withKeys } from "./template-values.ts";

/** Reads what App Service provides for the function app of templates/azure. Throws where it would provide nothing. */
export function readAzureApp(resources: readonly TemplateResource[]): Served {
  const app = only(resources, "azapi_resource", ({ type }) => /^Microsoft\.Web\/sites@/.test(type));
  const { siteConfig, keyVaultReferenceIdentity } = app.body.properties;
  const [assigned, ...others] = app.identity[0].identity_ids as string[];
  if (others.length > 0) throw new Error("The app has two identities: no test knows which of them it is asked for.");
  const identity = only(resources, "azurerm_user_assigned_identity", ({ id }) => id === assigned);
  const settings = siteConfig.appSettings as readonly { readonly name: string; readonly value: string }[];

  // "Use Key Vault references as app settings": read by one identity of the app's, which has to have a role for it.
  function resolve(value: string): string {
    const [, uri] = /^@Microsoft\.KeyVault\(SecretUri=(.+)\)$/.exec(value) ?? [];
    if (uri === undefined) return value;
    const isMeant = ({ output }: Values): boolean => output?.properties?.secretUriWithVersion === uri;
    const secret = only(resources, "azapi_resource_action", isMeant);
    const vault = String(secret.resource_id).replace(/\/secrets\/[^/]+$/, "");
    const lets = ({ scope, role_definition_name, principal_id }: Values): boolean =>
      scope === vault && role_definition_name === "Key Vault Secrets User" && principal_id === identity.principal_id;
    only(resources, "azurerm_role_assignment", lets);
    if (keyVaultReferenceIdentity !== identity.id) throw new Error("Key Vault references are read by nobody.");
    return withKeys(secret.body.properties.value);
  }

  // Entra gives tokens for what is registered in it and has a service principal, here of version 1.0.
  function knows(audience: string): boolean {
    const registered = resources.filter(({ type }) => type === "azuread_application_identifier_uri");
    const uri = registered.find(({ values }) => values.identifier_uri === audience)?.values as Values | undefined;
    if (!uri) return false;
    const application = only(resources, "azuread_application_registration", ({ id }) => id === uri.application_id);
    only(resources, "azuread_service_principal", ({ client_id }) => client_id === application.client_id);
    return application.requested_access_token_version === 1;
  }

  return {
    environment: Object.fromEntries(settings.map(({ name, value }) => [name, resolve(value)])),
    identity: {
      subject: identity.principal_id,
      clientId: identity.client_id,
      tenantId: only(resources, "azurerm_client_config").tenant_id,
      knows,
    },
    ingress: {},
  };
}
