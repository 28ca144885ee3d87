terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25, < 7.0"
    }
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 9.0"
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = ">= 6.50, < 9.0"
    }
  }
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

locals {
  region = "europe-west1"
}

provider "google" {
  project = var.project
  region  = local.region
}

provider "google-beta" {
  project = var.project
  region  = local.region
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
  source = "../../node_modules/mcp-anycloud/templates/gcp"

  name          = "my-server"
  project       = var.project
  region        = local.region
  session_store = "none"

  # Who may call: "iam", who has roles/run.invoker; "jwt", who has a token of your issuers (tokens); "public", anybody.
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
