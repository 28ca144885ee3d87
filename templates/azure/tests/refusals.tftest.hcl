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
}

# Tests of refusals. A run costs a plan, so each takes as many wrong values as go together: it fails if one of them passes, and
# if anything else is refused.

run "refused_1" {
  command = plan

  variables {
    name               = "Notes"
    region             = "eu-west-1"
    auth               = "none"
    session_store      = "cosmos"
    state_key_ids      = []
    custom_domain      = { name = "https://mcp.example.com" }
    alarm_targets      = ["arn:aws:sns:us-east-1:123456789012:alarms"]
    log_retention_days = 7
    max_instances      = 1001
    tags               = { Team = "notes" }
    environment        = { "MY-NAME" = "x" }
  }
  expect_failures = [var.name, var.region, var.auth, var.session_store, var.state_key_ids, var.custom_domain, var.alarm_targets, var.max_instances, var.log_retention_days, var.tags, var.environment]
}

run "refused_2" {
  command = plan

  variables {
    name               = "ab"
    region             = "West Europe"
    shared_state       = { table = "arn:aws:dynamodb:us-east-1:123456789012:table/notes" }
    state_key_ids      = ["1", "1"]
    custom_domain      = { name = "mcp.example.com", certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1" }
    log_retention_days = 45
    tags               = { team = "the notes" }
    environment        = { MCP_ANYCLOUD_PATH = "/mcp" }
    settings           = { allowed_origins = ["https://app.example/"] }
  }
  expect_failures = [var.name, var.region, var.shared_state, var.state_key_ids, var.custom_domain, var.log_retention_days, var.tags, var.environment, var.settings]
}

run "refused_3" {
  command = plan

  variables {
    name          = "a-name-of-twenty-five-lett"
    shared_state  = { region = "westeurope" }
    state_key_ids = ["1:2"]
    custom_domain = { name = "mcp.example.com", zone = "example.com" }
    tags          = { azure-team = "notes" }
    environment   = { WEBSITE_TIME_ZONE = "UTC" }
    settings      = { max_body_bytes = 33554433 }
  }
  expect_failures = [var.name, var.shared_state, var.state_key_ids, var.custom_domain, var.tags, var.environment, var.settings]
}

run "refused_4" {
  command = plan

  variables {
    name          = "notes-"
    shared_state  = { key_ring = "keys" }
    custom_domain = { name = "mcp.example.org", zone = "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com" }
    tags          = { for number in range(49) : "tag${number}" => "x" }
    environment   = { AzureWebJobsStorage = "UseDevelopmentStorage=true" }
    settings      = { max_body_bytes = 1.5 }
  }
  expect_failures = [var.name, var.shared_state, var.custom_domain, var.tags, var.environment, var.settings]
}

run "refused_5" {
  command = plan

  variables {
    name          = "1notes"
    session_store = "none"
    shared_state  = { table = "notes" }
    custom_domain = { name = "example.com", zone = "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com" }
    environment   = { AZURE_CLIENT_ID = "x" }
    settings      = { heartbeat_seconds = 201 }
  }
  expect_failures = [var.name, var.shared_state, var.custom_domain, var.environment, var.settings]
}

run "refused_6" {
  command = plan

  variables {
    session_store = "redis"
    shared_state  = { key_ring = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf" }
    custom_domain = { name = "mcp.example.com" }
    gateway       = { publisher_name = "Notes", publisher_email = "notes@example.com" }
    settings      = { session_seconds = 59 }
  }
  expect_failures = [var.redis, var.shared_state, var.custom_domain, var.settings]
}

run "refused_7" {
  command = plan

  variables {
    redis    = { url_secret = "https://certs.vault.azure.net/secrets/redis-url" }
    gateway  = { publisher_name = "Notes", publisher_email = "notes@example.com", sku = "Consumption_0" }
    settings = { session_grace_seconds = 31536001 }
  }
  expect_failures = [var.gateway, var.redis, var.settings]
}

run "refused_8" {
  command = plan

  variables {
    gateway  = { publisher_name = "Notes", publisher_email = "notes@example.com", sku = "BasicV2" }
    settings = { stream_seconds = 3601 }
  }
  expect_failures = [var.gateway, var.settings]
}

run "refused_9" {
  command = plan

  variables {
    settings = { log_level = "debug" }
  }
  expect_failures = [var.settings]
}

run "what_is_just_right" {
  command = plan

  variables {
    name               = "a-b"
    shared_state       = { table = "a.b_c-d", region = "us-gov-west-1" }
    state_key_ids      = ["2026-12", "_1"]
    alarm_targets      = ["/subscriptions/s/resourceGroups/g/providers/microsoft.insights/actiongroups/oncall"]
    log_retention_days = 730
    tags               = { team = "" }
    environment        = { AzureFunctionsJobHost__functionTimeout = "00:10:00", WEB = "x" }
    settings           = { allowed_origins = ["*"], heartbeat_seconds = 200, session_grace_seconds = 0, stream_seconds = 1, log_level = "silent" }
    custom_domain = {
      name        = "mcp.example.com"
      certificate = "https://certs.vault.azure.net/certificates/mcp/0123456789abcdef0123456789abcdef"
    }
  }
}
