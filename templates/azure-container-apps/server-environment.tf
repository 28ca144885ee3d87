variable "environment" {
  description = "Variables for your own server, besides settings. Everybody who may read the deployment can read them: no secrets."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name))])
    error_message = "environment must have names of letters, digits and underscores that do not start with a digit."
  }
  validation {
    condition     = alltrue([for name in keys(var.environment) : !startswith(upper(name), "MCP_ANYCLOUD_")])
    error_message = "environment must not have names that start with MCP_ANYCLOUD_: each is a setting, so use `settings` or the variable for it."
  }
  validation {
    # "Built-in environment variables" of Container Apps, and those of its identities.
    condition     = alltrue([for name in keys(var.environment) : !can(regex("^(PORT|AWS_REGION|AZUREWEBJOBSSTORAGE.*|AZURE_CLIENT_ID|CONTAINER_APP_.*|IDENTITY_ENDPOINT|IDENTITY_HEADER)$", upper(name)))])
    error_message = "environment must not have names that Container Apps or this module sets, such as PORT, AWS_REGION or AZURE_CLIENT_ID."
  }
}

# All variables of the server. environment.tf has those of `settings`.
locals {
  access_settings = {
    MCP_ANYCLOUD_TOKEN_ISSUERS   = length(local.token_issuers) == 0 ? null : jsonencode(local.token_issuers)
    MCP_ANYCLOUD_REQUIRED_SCOPES = length(local.required_scopes) == 0 ? null : join(" ", local.required_scopes)
  }

  server_environment = merge(
    var.environment,
    { for name, value in merge(local.settings, local.access_settings) : name => value if value != null },
    local.names_url ? { MCP_ANYCLOUD_PUBLIC_URL = local.public_url } : {},
    var.custom_domain == null ? {} : { MCP_ANYCLOUD_ALLOWED_HOSTS = var.custom_domain.name },
    !local.has_store ? {} : {
      MCP_ANYCLOUD_TABLE              = local.table_name
      MCP_ANYCLOUD_AWS_ROLE_ARN       = aws_iam_role.sessions[0].arn
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE = azuread_application_identifier_uri.aws[0].identifier_uri
      # Where the table is.
      AWS_REGION = local.aws_region
    },
    !local.is_native ? {} : {
      MCP_ANYCLOUD_STORAGE_TABLE       = azapi_resource.sessions[0].name
      AzureWebJobsStorage__accountName = azurerm_storage_account.sessions[0].name
    },
    # The server reads the secret itself, so keys rotate without a deployment.
    local.makes_key_ring ? { MCP_ANYCLOUD_KEY_VAULT_SECRET = local.key_ring_uri } : { MCP_ANYCLOUD_STATE_KEYS_SECRET = var.shared_state.key_ring },
    {
      # By which adapters/azure/identity-token.ts asks for tokens: for the vault, the table and AWS.
      AZURE_CLIENT_ID               = azurerm_user_assigned_identity.server.client_id
      PORT                          = tostring(local.port)
      MCP_ANYCLOUD_SHUTDOWN_SECONDS = tostring(local.shutdown_seconds)
      MCP_ANYCLOUD_TIMEOUT_SECONDS  = tostring(var.timeout_seconds)
      # The ingress appends to what the client sent ("Ingress in Azure Container Apps", HTTP headers).
      MCP_ANYCLOUD_TRUSTED_PROXIES = tostring(var.trusted_proxies)
    },
  )
  # Variables whose values are secrets, by the name of the secret.
  secret_environment = var.redis == null ? {} : { MCP_ANYCLOUD_REDIS_URL = "redis-url" }
}
