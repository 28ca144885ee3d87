# The identity of the server: in Azure, where roles say what it may do, and in AWS, which trusts Entra's tokens for it.
resource "azurerm_user_assigned_identity" "server" {
  name                = var.name
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  tags                = local.tags
}

locals {
  # One table, one secret, one registry, one vault of a certificate: each where there is one.
  server_roles = merge(
    { for table in azapi_resource.sessions : "sessions" => { scope = table.id, role = "Storage Table Data Contributor" } },
    { for secret in azapi_resource_action.key_ring : "key_ring" => { scope = secret.resource_id, role = "Key Vault Secrets User" } },
    local.redis_roles,
    { for name, registry in data.azurerm_resources.registry : "image" => { scope = registry.resources[0].id, role = "AcrPull" } },
    { for name, vault in data.azurerm_resources.vault : "certificate" => { scope = vault.resources[0].id, role = "Key Vault Secrets User" } },
  )

  # Registries of Azure, whose names are what their addresses begin with.
  registries = { for found in regexall("^([a-z0-9]+)[.]azurecr[.]io/", var.image) : "server" => found[0] }
}

resource "azurerm_role_assignment" "server" {
  for_each = local.server_roles

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.server.principal_id
  # Said, because Entra may not have heard of the new identity everywhere yet.
  principal_type = "ServicePrincipal"
}

# The registry's id, of which the image names the registry only.
data "azurerm_resources" "registry" {
  for_each = local.registries

  type = "Microsoft.ContainerRegistry/registries"
  name = each.value

  lifecycle {
    postcondition {
      condition     = length(self.resources) == 1
      error_message = "image must be in a registry of this subscription: there is none of the name ${each.value}."
    }
  }
}
