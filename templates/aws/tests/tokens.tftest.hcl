# Tokens that the server verifies itself, and what it is told of them.

mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  artefact = "key-rotation.zip"
  auth     = "jwt"
  tokens = {
    issuers = [
      { issuer = "https://login.example.com/" },
      { issuer = "https://sso.example.com", audience_claim = "client_id", audiences = ["desk"], jwks_uri = "https://sso.example.com/keys", algorithms = ["RS256"], scope_claim = "scp", client_id_claim = "azp", required_claims = { tid = ["1"] } },
    ]
    required_scopes = ["notes:read", "notes:write"]
  }
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
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "https://abc123.execute-api.eu-central-1.amazonaws.com/prod/mcp" && output.mcp_url == local.server_environment.MCP_ANYCLOUD_PUBLIC_URL
    error_message = "Tokens are for the URL of the API: ${local.server_environment.MCP_ANYCLOUD_PUBLIC_URL}."
  }
  assert {
    condition     = alltrue([for route in aws_api_gateway_method.route : route.authorization == "NONE"])
    error_message = "The function verifies tokens, not the gateway."
  }
}

run "jwt_under_a_name_of_ones_own" {
  variables {
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222" }
    settings      = { path = "/notes" }
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "https://mcp.example.com/notes"
    error_message = "Tokens are for the name: ${local.server_environment.MCP_ANYCLOUD_PUBLIC_URL}."
  }
}

run "jwt_behind_a_function_url" {
  variables {
    gateway  = null
    settings = { public_url = "https://abc123.lambda-url.eu-central-1.on.aws/mcp" }
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "https://abc123.lambda-url.eu-central-1.on.aws/mcp"
    error_message = "Tokens are for the URL that was given: ${local.server_environment.MCP_ANYCLOUD_PUBLIC_URL}."
  }
  assert {
    condition     = aws_lambda_function_url.live[0].authorization_type == "NONE" && length(aws_lambda_permission.public_url) + length(aws_lambda_permission.public_invoke) == 2
    error_message = "Callers with a token must reach the function."
  }
}

run "iam" {
  variables {
    auth   = "iam"
    tokens = null
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PLATFORM_IDENTITY == "aws-iam" && !contains(keys(local.server_environment), "MCP_ANYCLOUD_PUBLIC_URL")
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

run "a_function_url_that_nobody_knows_yet" {
  command = plan

  variables {
    gateway = null
  }

  expect_failures = [var.tokens]
}
