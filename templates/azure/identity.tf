# The identity of the server: in Azure, where roles say what it may do, and in AWS, which trusts Entra's tokens for it.
resource "azurerm_user_assigned_identity" "server" {
  name                = var.name
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  tags                = local.tags
}

locals {
  server_roles = merge(
    {
      # "Connecting to host storage with an identity": what the host needs without any extension; it takes up packages, too.
      host_storage = { scope = azurerm_storage_account.server.id, role = "Storage Blob Data Owner" }
      # The same: diagnostic events are rows of a table. So are sessions, where session_store is "native".
      host_events = { scope = azurerm_storage_account.server.id, role = "Storage Table Data Contributor" }
      # "Microsoft Entra authentication for Application Insights".
      telemetry = { scope = local.insights_id, role = "Monitoring Metrics Publisher" }
    },
    # It sends the jobs of tasks, and the host takes them, and moves those that fail to a queue that it makes.
    var.tasks ? { tasks = { scope = azurerm_storage_account.server.id, role = "Storage Queue Data Contributor" } } : {},
    # The server reads its key ring, and App Service what your own settings refer to.
    { for vault in azurerm_key_vault.key_ring : "key_ring" => { scope = vault.id, role = "Key Vault Secrets User" } },
    local.redis_roles,
  )
}

resource "azurerm_role_assignment" "server" {
  for_each = local.server_roles

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.server.principal_id
  # Said, because Entra may not have heard of the new identity everywhere yet.
  principal_type = "ServicePrincipal"
}
