# Written by `npm run generate` from templates/azure/main.tf: change that, not this file.

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "server" {
  name     = var.name
  location = var.region
  tags     = local.tags
}

# Apps, storage accounts, vaults and gateways have names that nobody else in the world may have.
resource "random_string" "suffix" {
  length  = 6
  special = false
  upper   = false
}

locals {
  tags = merge({ mcp-server = var.name, part-of = "mcp-anycloud" }, var.tags)

  path      = coalesce(var.settings.path, "/mcp")
  has_store = var.session_store == "dynamodb"
  is_native = var.session_store == "native"

  # At most 32 characters, by which the Functions host tells apps apart (azure-functions-host, "Host IDs").
  unique_name = "${var.name}-${random_string.suffix.result}"
  # "Naming rules for Azure resources": storage accounts take 3 to 24 letters and digits, vaults no two hyphens in a row.
  compact_name = "${substr(replace(var.name, "-", ""), 0, 18)}${random_string.suffix.result}"
}
