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
  # "Reserved environment variables" of Cloud Run; AWS_REGION and the time limit are set below.
  validation {
    condition = alltrue([
      for name in keys(var.environment) : !can(regex("^(PORT|K_[A-Z]+|FUNCTION_(TARGET|SIGNATURE_TYPE)|X_GOOGLE_.*|CLOUD_RUN_.*|AWS_REGION)$", name))
    ])
    error_message = "environment must not have PORT, K_…, FUNCTION_TARGET, FUNCTION_SIGNATURE_TYPE, X_GOOGLE_…, CLOUD_RUN_… or AWS_REGION: Cloud Run or this module sets them."
  }
}

# All variables of the server. environment.tf has those of `settings`.
locals {
  access_settings = {
    MCP_ANYCLOUD_TOKEN_ISSUERS   = length(local.token_issuers) == 0 ? null : jsonencode(local.token_issuers)
    MCP_ANYCLOUD_REQUIRED_SCOPES = length(local.required_scopes) == 0 ? null : join(" ", local.required_scopes)
    # This module switches the platform's check on, so the server may believe what the platform says of callers.
    MCP_ANYCLOUD_PLATFORM_IDENTITY = var.auth == "iam" ? "google-iam" : null
  }

  server_environment = merge(
    # Lines of the log name it, for Cloud Logging to join them to traces.
    { GOOGLE_CLOUD_PROJECT = var.project },
    var.environment,
    { for name, value in merge(local.settings, local.access_settings) : name => value if value != null },
    local.names_url ? { MCP_ANYCLOUD_PUBLIC_URL = local.public_url } : {},
    var.custom_domain == null ? {} : { MCP_ANYCLOUD_ALLOWED_HOSTS = var.custom_domain.name },
    !local.is_native ? {} : {
      MCP_ANYCLOUD_FIRESTORE_DATABASE = "projects/${var.project}/databases/${google_firestore_database.sessions[0].name}"
    },
    !local.uses_aws ? {} : {
      MCP_ANYCLOUD_TABLE              = local.table_name
      MCP_ANYCLOUD_AWS_ROLE_ARN       = aws_iam_role.server[0].arn
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE = local.aws_token_audience
      AWS_REGION                      = local.aws_region
    },
    # Cloud Run replaces the version's name by the secret when an instance starts.
    { for name, secret in local.secrets : name => "${secret}/versions/latest" },
    # The server reads the secret itself, so keys rotate without a deployment.
    local.own_key_ring ? {
      MCP_ANYCLOUD_SECRET_MANAGER_SECRET = "projects/${var.project}/secrets/${google_secret_manager_secret.key_ring[0].secret_id}"
    } : { MCP_ANYCLOUD_STATE_KEYS_SECRET = var.shared_state.key_ring },
    !var.tasks ? {} : {
      MCP_ANYCLOUD_CLOUD_TASKS_QUEUE = "projects/${var.project}/locations/${var.region}/queues/${google_cloud_tasks_queue.tasks[0].name}"
      # The service's name is known before there is a service ("Deterministic URL").
      MCP_ANYCLOUD_CLOUD_TASKS_URL = "https://${var.name}-${data.google_project.server[0].number}.${var.region}.run.app"
    },
    # Cloud Run tells functions how long a request may take, and no other service.
    { MCP_ANYCLOUD_TIMEOUT_SECONDS = tostring(local.timeout_seconds) },
  )
  secrets = var.redis == null ? {} : { MCP_ANYCLOUD_REDIS_URL = var.redis.url_secret }
}
