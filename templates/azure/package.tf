# Where `func azure functionapp publish` puts the package, and where the Functions host keeps its own things. Nobody has a key
# to it: the server's identity is let in by roles.
resource "azurerm_storage_account" "server" {
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

resource "azurerm_storage_container" "package" {
  name                  = "package"
  storage_account_id    = azurerm_storage_account.server.id
  container_access_type = "private"
}

locals {
  # One for each function app: a package replaces the one before in its container.
  package_urls = [
    for container in concat(azurerm_storage_container.package[*], azurerm_storage_container.second[*]) :
    "${azurerm_storage_account.server.primary_blob_endpoint}${container.name}"
  ]

  storage_account_id = azurerm_storage_account.server.id
}
