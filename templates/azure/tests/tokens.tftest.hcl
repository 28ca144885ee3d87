# Tokens that the server verifies itself, and what it is told of them.

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
  name          = "notes"
  region        = "westeurope"
  session_store = "none"
  auth          = "jwt"
  tokens = {
    issuers = [
      { issuer = "https://login.example.com/" },
      { issuer = "https://sso.example.com", audience_claim = "client_id", audiences = ["desk"], jwks_uri = "https://sso.example.com/keys", algorithms = ["RS256"], scope_claim = "scp", client_id_claim = "azp", required_claims = { tid = ["1"] } },
    ]
    required_scopes = ["notes:read", "notes:write"]
  }
  settings = { public_url = "https://mcp.example.com/mcp" }
}

run "jwt" {
  assert {
    condition = jsondecode(local.server_environment.MCP_ANYCLOUD_TOKEN_ISSUERS) == [
      { issuer = "https://login.example.com/" },
      { issuer = "https://sso.example.com", audienceClaim = "client_id", audiences = ["desk"], jwksUri = "https://sso.example.com/keys", algorithms = ["RS256"], scopeClaim = "scp", clientIdClaim = "azp", requiredClaims = { tid = ["1"] } },
    ]
    error_message = "The server must know the issuers, in its own words."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_REQUIRED_SCOPES == "notes:read notes:write"
    error_message = "The server must know the scopes."
  }
  assert {
    condition     = !contains(keys(local.server_environment), "MCP_ANYCLOUD_PLATFORM_IDENTITY")
    error_message = "Tokens say who calls, and nothing else does."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "https://mcp.example.com/mcp" && output.mcp_url == local.server_environment.MCP_ANYCLOUD_PUBLIC_URL
    error_message = "Tokens are for the URL that was given: ${local.server_environment.MCP_ANYCLOUD_PUBLIC_URL}."
  }
  assert {
    condition     = !azapi_update_resource.auth.body.properties.platform.enabled && length(azuread_application_registration.callers) == 0
    error_message = "The server verifies tokens, not App Service."
  }
}

run "jwt_under_a_name_of_ones_own" {
  variables {
    custom_domain = { name = "mcp.example.org" }
    settings      = { path = "/notes" }
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "https://mcp.example.org/notes"
    error_message = "Tokens are for the name: ${local.server_environment.MCP_ANYCLOUD_PUBLIC_URL}."
  }
}

run "jwt_behind_api_management" {
  variables {
    gateway  = { publisher_name = "Notes", publisher_email = "notes@example.com" }
    settings = {}
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "${azurerm_api_management.server[0].gateway_url}/mcp" && output.mcp_url == local.server_environment.MCP_ANYCLOUD_PUBLIC_URL
    error_message = "Tokens are for API Management: ${local.server_environment.MCP_ANYCLOUD_PUBLIC_URL}."
  }
}

run "iam" {
  variables {
    auth     = "iam"
    tokens   = null
    settings = {}
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PLATFORM_IDENTITY == "azure-easy-auth" && !contains(keys(local.server_environment), "MCP_ANYCLOUD_PUBLIC_URL")
    error_message = "The server must be told who calls by who checks it."
  }
}

run "no_tokens" {
  command = plan

  variables {
    tokens = null
  }

  expect_failures = [var.tokens]
}

run "tokens_without_jwt" {
  command = plan

  variables {
    auth = "public"
  }

  expect_failures = [var.tokens]
}

run "no_issuer" {
  command = plan

  variables {
    tokens = { issuers = [] }
  }

  expect_failures = [var.tokens]
}

run "an_issuer_twice" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "https://a.example" }, { issuer = "https://a.example" }] }
  }

  expect_failures = [var.tokens]
}

run "an_issuer_without_tls" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "http://a.example" }] }
  }

  expect_failures = [var.tokens]
}

run "keys_at_no_url" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "https://a.example", jwks_uri = "a.example/keys" }] }
  }

  expect_failures = [var.tokens]
}

run "no_audience" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "https://a.example", audiences = [] }] }
  }

  expect_failures = [var.tokens]
}

run "a_required_claim_without_a_value" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "https://a.example", required_claims = { tid = [] } }] }
  }

  expect_failures = [var.tokens]
}

run "a_signature_that_anybody_can_make" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "https://a.example", algorithms = ["HS256"] }] }
  }

  expect_failures = [var.tokens]
}

run "clients_without_ids" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "https://a.example", audience_claim = "client_id" }] }
  }

  expect_failures = [var.tokens]
}

run "a_scope_with_a_space" {
  command = plan

  variables {
    tokens = { issuers = [{ issuer = "https://a.example" }], required_scopes = ["a b"] }
  }

  expect_failures = [var.tokens]
}

run "a_host_that_nobody_knows_yet" {
  command = plan

  variables {
    settings = {}
  }

  expect_failures = [var.tokens]
}
