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
    # "Defined runtime environment variables" of the Lambda Developer Guide: names that Lambda refuses, or would replace.
    condition     = alltrue([for name in keys(var.environment) : !can(regex("^(AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_.*)|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|_.*)$", name))])
    error_message = "environment must not have names that Lambda keeps for itself, such as AWS_REGION or AWS_LAMBDA_FUNCTION_NAME."
  }
}

# All variables of the server. environment.tf has those of `settings`.
locals {
  access_settings = {
    MCP_ANYCLOUD_TOKEN_ISSUERS   = length(local.token_issuers) == 0 ? null : jsonencode(local.token_issuers)
    MCP_ANYCLOUD_REQUIRED_SCOPES = length(local.required_scopes) == 0 ? null : join(" ", local.required_scopes)
    # This module switches the platform's check on, so the server may believe what the platform says of callers.
    MCP_ANYCLOUD_PLATFORM_IDENTITY = var.auth == "iam" ? "aws-iam" : null
  }

  server_environment = merge(
    var.environment,
    { for name, value in merge(local.settings, local.access_settings) : name => value if value != null },
    local.names_url ? { MCP_ANYCLOUD_PUBLIC_URL = local.public_url } : {},
    var.custom_domain == null ? {} : { MCP_ANYCLOUD_ALLOWED_HOSTS = var.custom_domain.name },
    local.has_table ? { MCP_ANYCLOUD_TABLE = local.table_name } : {},
    var.redis == null ? {} : { MCP_ANYCLOUD_REDIS_URL_SECRET = var.redis.url_secret },
    { MCP_ANYCLOUD_STATE_KEYS_SECRET = local.key_ring_arn },
  )
}
