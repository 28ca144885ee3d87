# The least that a root module needs. In a project of your own: source = "./node_modules/mcp-anycloud/templates/azure-container-apps".
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

  # azurerm 5 registers none by itself.
  resource_provider_registrations = "none"
  resource_providers_to_register = [
    "Microsoft.AlertsManagement",
    "Microsoft.App",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
  ]

  features {
    key_vault {
      # Purge protection refuses it; a vault that was deleted comes back under its name instead.
      purge_soft_delete_on_destroy    = false
      recover_soft_deleted_key_vaults = true
    }
  }
}

# Nothing is made in AWS, but Terraform configures the provider all the same.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "unused"
  secret_key                  = "unused"
  skip_credentials_validation = true
  skip_metadata_api_check     = "true"
  skip_requesting_account_id  = true
}

module "mcp" {
  source = "../.."

  name          = "notes"
  region        = "westeurope"
  auth          = "jwt"
  image         = "notesregistry.azurecr.io/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  session_store = "native" # "dynamodb" keeps sessions in AWS: then give the provider "aws" a region, and nothing else.

  tokens = {
    issuers = [{ issuer = "https://login.example.com" }]
  }
}

output "mcp_url" {
  description = "Where MCP clients connect."
  value       = module.mcp.mcp_url
}
