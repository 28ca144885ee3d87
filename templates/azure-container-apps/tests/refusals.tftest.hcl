mock_provider "aws" {
  source = "./tests/mocks/aws"
}
mock_provider "azapi" {
  source = "./tests/mocks/azapi"
}
mock_provider "azuread" {
  source = "./tests/mocks/azuread"
}
mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}
mock_provider "random" {
  source = "./tests/mocks/random"
}

variables {
  name   = "notes"
  region = "westeurope"
  auth   = "public"
  image  = "notesregistry.azurecr.io/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

# A run costs a plan, so each takes as many wrong values as go together: it fails if one of them passes, and if anything else is
# refused. The rules that all modules have are tried in templates/azure.
run "refused_1" {
  command = plan

  variables {
    auth               = "iam"
    image              = "notesregistry.azurecr.io/notes:latest"
    custom_domain      = { name = "mcp.example.com" }
    max_instances      = 0
    memory_mib         = 768
    timeout_seconds    = 241
    trusted_proxies    = 1.5
    concurrency        = 0
    log_retention_days = 29
    environment        = { IDENTITY_HEADER = "x" }
    session_store      = "redis"
  }
  expect_failures = [var.auth, var.image, var.custom_domain, var.max_instances, var.memory_mib, var.timeout_seconds, var.trusted_proxies, var.concurrency, var.log_retention_days, var.environment, var.redis]
}

run "refused_2" {
  command = plan

  variables {
    custom_domain      = { name = "mcp.example.com", certificate = "https://certificates.vault.azure.net/secrets/mcp", zone = "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.org" }
    min_instances      = 21
    log_retention_days = 731
    environment        = { CONTAINER_APP_NAME = "x" }
  }
  expect_failures = [var.custom_domain, var.min_instances, var.log_retention_days, var.environment]
}
