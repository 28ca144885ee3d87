import type { TemplateResource } from "../templates/run/apply-template.ts";
import type { Served } from "./served.ts";
import { only, type Values, withKeys } from "./template-values.ts";

/** Reads what App Service provides for the function app of templates/azure. Throws where it would provide nothing. */
export function readAzureApp(resources: readonly TemplateResource[]): Served {
  const app = only(resources, "azapi_resource", ({ type }) => /^Microsoft\.Web\/sites@/.test(type));
  const { siteConfig } = app.body.properties;
  const [assigned, ...others] = app.identity[0].identity_ids as string[];
  if (others.length > 0) throw new Error("The app has two identities: no test knows which of them it is asked for.");
  const identity = only(resources, "azurerm_user_assigned_identity", ({ id }) => id === assigned);
  const settings = siteConfig.appSettings as readonly { readonly name: string; readonly value: string }[];

  const environment = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const { MCP_ANYCLOUD_KEY_VAULT_SECRET: secretUri } = environment;

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
    environment,
    keyRing: secretUri === undefined ? undefined : readVault(resources, secretUri, identity.principal_id),
    identity: {
      subject: identity.principal_id,
      clientId: identity.client_id,
      tenantId: only(resources, "azurerm_client_config").tenant_id,
      knows,
    },
    ingress: {},
  };
}

/**
 * The text of a secret of a vault that the template makes, by its identifier. Throws where a principal may not read it.
 */
export function readVault(resources: readonly TemplateResource[], secretUri: string, principal: string): string {
  const vault = only(resources, "azurerm_key_vault", ({ vault_uri }) => secretUri.startsWith(vault_uri));
  const id = `${vault.id}/${secretUri.slice(vault.vault_uri.length)}`;
  const secret = only(resources, "azapi_resource_action", ({ resource_id }) => resource_id === id);
  const lets = ({ scope, role_definition_name, principal_id }: Values): boolean =>
    [vault.id, id].includes(scope) && role_definition_name === "Key Vault Secrets User" && principal_id === principal;
  only(resources, "azurerm_role_assignment", lets);
  return withKeys(secret.body.properties.value);
}
