# The least that a root module needs. In a project of your own: source = "./node_modules/mcp-anycloud/templates/gcp".
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

provider "google" {
  project = "notes-123456"
  region  = "europe-west1"
}

provider "google-beta" {
  project = "notes-123456"
  region  = "europe-west1"
}

# Sessions would be in AWS. Without them nothing is made there, but Terraform configures the provider all the same.
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
  project       = "notes-123456"
  region        = "europe-west1"
  auth          = "iam"
  session_store = "none" # "dynamodb" keeps sessions in AWS: then give the provider "aws" a region, and nothing else.
}

output "mcp_url" {
  description = "Where MCP clients connect."
  value       = module.mcp.mcp_url
}
