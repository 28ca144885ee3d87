terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25, < 7.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55, < 6.0"
    }
  }
}

provider "azurerm" {
  # The storage account takes no keys, so what is read of it is read as whoever runs Terraform.
  storage_use_azuread = true

  # azurerm 5 registers none by itself. With gateway or custom_domain, "Microsoft.ApiManagement" and "Microsoft.Network", too.
  resource_provider_registrations = "none"
  resource_providers_to_register = [
    "Microsoft.AlertsManagement",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
    "Microsoft.Web",
  ]

  features {
    resource_group {
      # Azure adds a rule and an action group of its own, with which the group could not be deleted.
      prevent_deletion_if_contains_resources = false
    }
    key_vault {
      # Purge protection refuses it; a vault that was deleted comes back under its name instead.
      purge_soft_delete_on_destroy    = false
      recover_soft_deleted_key_vaults = true
    }
  }
}

# Sessions are kept in a DynamoDB table of AWS, when session_store is "dynamodb": then leave only the region here. Until then
# nothing is made in AWS, but Terraform configures the provider all the same.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "unused"
  secret_key                  = "unused"
  skip_credentials_validation = true
  skip_metadata_api_check     = "true"
  skip_requesting_account_id  = true
}

module "mcp" {
  source = "../../node_modules/mcp-anycloud/templates/azure"

  name          = "my-server"
  region        = "westeurope"
  session_store = "none"

  # Who may call: "iam", who has a token of Entra and the role for it; "jwt", who has a token of your issuers (tokens);
  # "public", anybody.
  auth = "iam"
}

output "mcp_url" {
  description = "Where MCP clients connect."
  value       = module.mcp.mcp_url
}

output "app" {
  description = "What mcp-anycloud deploy deploys to."
  value       = module.mcp.app
}

output "session_store_name" {
  description = "The table of sessions and shared state."
  value       = module.mcp.session_store_name
}

output "key_ring_name" {
  description = "The secret with the keys that seal requestState."
  value       = module.mcp.key_ring_name
}

output "log_location" {
  description = "Where there is one line for each request."
  value       = module.mcp.log_location
}

output "dashboard_url" {
  description = "Traffic, latency, sessions, cold starts."
  value       = module.mcp.dashboard_url
}
