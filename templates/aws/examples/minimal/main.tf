# The least that a root module needs. In a project of your own: source = "./node_modules/mcp-anycloud/templates/aws".
terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.29, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "mcp" {
  source = "../.."

  name     = "notes"
  region   = "eu-central-1"
  auth     = "iam"
  artefact = "../../../../dist/aws.zip"
}

output "mcp_url" {
  description = "Where MCP clients connect."
  value       = module.mcp.mcp_url
}
