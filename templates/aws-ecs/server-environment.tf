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
    # "Amazon ECS environment variables" and "Task metadata endpoint": names that the agent sets. Keys of AWS would stand in place of the task's role.
    condition     = alltrue([for name in keys(var.environment) : !can(regex("^(PORT|AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CONTAINER_.*)|ECS_.*)$", name))])
    error_message = "environment must not have names that ECS or this module sets, such as PORT, AWS_REGION or AWS_ACCESS_KEY_ID."
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
    local.has_table ? { MCP_ANYCLOUD_TABLE = local.table_name } : {},
    var.redis == null ? {} : { MCP_ANYCLOUD_REDIS_URL_SECRET = var.redis.url_secret },
    {
      # AWS's client reads where table and key ring are.
      AWS_REGION                     = var.region
      PORT                           = tostring(local.port)
      MCP_ANYCLOUD_ALLOWED_HOSTS     = var.custom_domain.name
      MCP_ANYCLOUD_SHUTDOWN_SECONDS  = tostring(local.drain_seconds)
      MCP_ANYCLOUD_STATE_KEYS_SECRET = local.key_ring_arn
      MCP_ANYCLOUD_TIMEOUT_SECONDS   = tostring(var.timeout_seconds)
      MCP_ANYCLOUD_TRUSTED_PROXIES   = tostring(var.trusted_proxies)
    },
  )
}
