variable "environment" {
  description = "Variables for your own server, besides settings. They are readable to who may read the deployment: no secrets."
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
  # "Reserved environment variables" of Cloud Run; AWS_REGION and the time limit are those of environment.tf.
  validation {
    condition = alltrue([
      for name in keys(var.environment) : !can(regex("^(PORT|K_[A-Z]+|FUNCTION_(TARGET|SIGNATURE_TYPE)|X_GOOGLE_.*|CLOUD_RUN_.*|AWS_REGION)$", name))
    ])
    error_message = "environment must not have PORT, K_…, FUNCTION_TARGET, FUNCTION_SIGNATURE_TYPE, X_GOOGLE_…, CLOUD_RUN_… or AWS_REGION: Cloud Run or this module sets them."
  }
}

variable "settings" {
  description = "How the endpoint behaves, in the words of the README's table of settings. What is left out is as that table says."
  type = object({
    path                  = optional(string)
    allowed_origins       = optional(list(string))
    max_body_bytes        = optional(number)
    heartbeat_seconds     = optional(number)
    session_seconds       = optional(number)
    session_grace_seconds = optional(number)
    stream_seconds        = optional(number)
    log_level             = optional(string)
  })
  default  = {}
  nullable = false

  # As src/config.ts has them: a value that it refuses would be found out by the first request.
  validation {
    condition     = try(regex("^(/[A-Za-z0-9_.~-]+)+$", var.settings.path)[0] != "", var.settings.path == null)
    error_message = "settings.path must be a path such as /mcp, without a slash at its end."
  }
  validation {
    condition = alltrue([
      for origin in coalesce(var.settings.allowed_origins, []) :
      can(regex("^([*]|https?://([a-z0-9.-]+|\\[[0-9a-f:]+\\])(:[0-9]+)?)$", origin)) && !can(regex("^(http://.*:80|https://.*:443)$", origin))
    ])
    error_message = "settings.allowed_origins must be web origins such as https://app.example, in lower case and without a default port, or *."
  }
  validation {
    condition     = try(var.settings.max_body_bytes >= 1 && var.settings.max_body_bytes <= 33554432 && floor(var.settings.max_body_bytes) == var.settings.max_body_bytes, true)
    error_message = "settings.max_body_bytes must be a whole number of bytes from 1 to 33554432."
  }
  validation {
    condition     = try(var.settings.heartbeat_seconds >= 1 && var.settings.heartbeat_seconds <= 200 && floor(var.settings.heartbeat_seconds) == var.settings.heartbeat_seconds, true)
    error_message = "settings.heartbeat_seconds must be a whole number of seconds from 1 to 200."
  }
  validation {
    condition     = try(var.settings.session_seconds >= 60 && var.settings.session_seconds <= 2592000 && floor(var.settings.session_seconds) == var.settings.session_seconds, true)
    error_message = "settings.session_seconds must be a whole number of seconds from 60 to 2592000."
  }
  validation {
    condition     = try(var.settings.session_grace_seconds >= 0 && var.settings.session_grace_seconds <= 31536000 && floor(var.settings.session_grace_seconds) == var.settings.session_grace_seconds, true)
    error_message = "settings.session_grace_seconds must be a whole number of seconds from 0 to 31536000."
  }
  validation {
    condition     = try(var.settings.stream_seconds >= 1 && var.settings.stream_seconds <= 3600 && floor(var.settings.stream_seconds) == var.settings.stream_seconds, true)
    error_message = "settings.stream_seconds must be a whole number of seconds from 1 to 3600."
  }
  validation {
    condition     = contains(["info", "error", "silent"], coalesce(var.settings.log_level, "info"))
    error_message = "settings.log_level must be info (one line per request), error or silent."
  }
}
