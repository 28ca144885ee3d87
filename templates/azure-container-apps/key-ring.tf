# Written by `npm run generate` from templates/azure/key-ring.tf: change that, not this file.

# The keys that seal what an MCP call remembers while its client asks the user. They are in the vault for the server, and in
# Terraform's state for who applies: keep the state as you keep secrets. With shared_state.key_ring, there is none here.
resource "random_bytes" "state_key" {
  for_each = toset(local.makes_key_ring ? var.state_key_ids : [])

  length = 32
}

resource "azurerm_key_vault" "key_ring" {
  count = local.makes_key_ring ? 1 : 0

  name                       = local.compact_name
  resource_group_name        = azurerm_resource_group.server.name
  location                   = azurerm_resource_group.server.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 7
  tags                       = local.tags
}

# Written by way of Resource Manager, for which no role in the vault is needed: whoever applies cannot read keys there, and
# does not wait until a role of theirs has arrived. A change of the text is a new version, which instances notice by themselves.
resource "azapi_resource_action" "key_ring" {
  count = local.makes_key_ring ? 1 : 0

  type        = "Microsoft.KeyVault/vaults/secrets@2023-07-01"
  resource_id = "${azurerm_key_vault.key_ring[0].id}/secrets/state-keys"
  method      = "PUT"
  body = {
    tags       = local.tags
    properties = { value = join(",", [for id in var.state_key_ids : "${id}:${random_bytes.state_key[id].base64}"]) }
  }

  response_export_values = []
}

locals {
  makes_key_ring = var.shared_state.key_ring == null
  # Without a version: the newest one is meant.
  key_ring_uri = one([for vault in azurerm_key_vault.key_ring : "${vault.vault_uri}secrets/state-keys"])
}
