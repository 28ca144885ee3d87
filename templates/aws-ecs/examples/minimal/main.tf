# The least that a root module needs. In a project of your own: source = "./node_modules/mcp-anycloud/templates/aws-ecs".
terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "mcp" {
  source = "../.."

  name   = "notes"
  region = "eu-central-1"
  auth   = "jwt"
  image  = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

  tokens = {
    issuers = [{ issuer = "https://login.example.com" }]
  }
  network = {
    vpc                   = "vpc-0123456789abcdef0"
    load_balancer_subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    task_subnets          = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]
  }
  custom_domain = {
    name        = "mcp.example.com"
    certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  }
}

output "mcp_url" {
  description = "Where MCP clients connect."
  value       = module.mcp.mcp_url
}
