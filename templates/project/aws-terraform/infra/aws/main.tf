terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.29, < 7.0"
    }
  }
}

locals {
  region = "eu-central-1"
}

provider "aws" {
  region = local.region
}

module "mcp" {
  source = "../../node_modules/mcp-anycloud/templates/aws"

  name     = "my-server"
  region   = local.region
  artefact = "${path.root}/../../dist/aws.zip"

  # Who may call: "iam", who signs with AWS credentials; "jwt", who has a token of your issuers (tokens); "public", anybody.
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
