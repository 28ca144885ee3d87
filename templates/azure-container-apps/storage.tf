# With session_store = "native": the account of the table. Nobody has a key to it; the server's identity is let in by a role.
resource "azurerm_storage_account" "sessions" {
  count = local.is_native ? 1 : 0

  name                     = local.compact_name
  resource_group_name      = azurerm_resource_group.server.name
  location                 = azurerm_resource_group.server.location
  account_tier             = "Standard"
  account_replication_type = "LRS"

  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  local_user_enabled              = false
  allow_nested_items_to_be_public = false
  https_traffic_only_enabled      = true
  min_tls_version                 = "TLS1_2"

  tags = local.tags
}

locals {
  storage_account_id = one(azurerm_storage_account.sessions[*].id)
}
