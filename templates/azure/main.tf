provider "azurerm" {
  # The storage account takes no keys, so what is read of it is read as whoever runs Terraform.
  storage_use_azuread = true

  features {
    resource_group {
      # Application Insights is given a rule and an action group by Azure, outside of this state, and the group could not be
      # deleted with them there. disable_generated_rule leaves the action group (hashicorp/terraform-provider-azurerm#22163),
      # and an apply can hang while it waits for the rule (#18026).
      prevent_deletion_if_contains_resources = false
    }
    key_vault {
      # Purge protection refuses it; a vault that was deleted comes back under its name instead.
      purge_soft_delete_on_destroy    = false
      recover_soft_deleted_key_vaults = true
    }
  }
}

provider "azapi" {}

provider "azuread" {}

# Terraform configures a provider even where it has nothing to make: without a store, nobody needs credentials of AWS.
provider "aws" {
  region                      = local.aws_region
  access_key                  = local.has_store ? null : "none"
  secret_key                  = local.has_store ? null : "none"
  skip_credentials_validation = !local.has_store
  skip_metadata_api_check     = local.has_store ? null : true
  skip_requesting_account_id  = !local.has_store

  default_tags {
    tags = local.tags
  }
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "server" {
  name     = var.name
  location = var.region
  tags     = local.tags
}

# Function apps, storage accounts, vaults and gateways have names that nobody else in the world may have.
resource "random_string" "suffix" {
  length  = 6
  special = false
  upper   = false
}

locals {
  tags = merge({ mcp-server = var.name, part-of = "mcp-anycloud" }, var.tags)

  path      = coalesce(var.settings.path, "/mcp")
  has_store = var.session_store == "dynamodb"

  # At most 32 characters, by which the Functions host tells apps apart (azure-functions-host, "Host IDs").
  unique_name = "${var.name}-${random_string.suffix.result}"
  # "Naming rules for Azure resources": storage accounts take 3 to 24 letters and digits, vaults no two hyphens in a row.
  compact_name = "${substr(replace(var.name, "-", ""), 0, 18)}${random_string.suffix.result}"
}
