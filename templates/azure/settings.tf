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
  validation {
    # "App settings reference for Azure Functions" and "Environment variables and app settings in Azure App Service".
    condition     = alltrue([for name in keys(var.environment) : !can(regex("^(APPINSIGHTS_.*|APPLICATIONINSIGHTS_.*|AWS_REGION|AZUREWEBJOBS.*|AZURE_CLIENT_ID|CONTAINER_NAME|DEPLOYMENT_STORAGE_CONNECTION_STRING|ENABLE_ORYX_BUILD|FUNCTIONS_.*|IDENTITY_ENDPOINT|IDENTITY_HEADER|SCM_.*|WEBSITE_.*)$", upper(name)))])
    error_message = "environment must not have names that Azure Functions or this module sets, such as WEBSITE_TIME_ZONE, AWS_REGION or AZURE_CLIENT_ID."
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
    public_url            = optional(string)
    rate_limits           = optional(list(string))
    max_header_bytes      = optional(number)
    max_json_depth        = optional(number)
    max_json_keys         = optional(number)
    max_streams           = optional(number)
    max_output_bytes      = optional(number)
    audit                 = optional(string)
  })
  default  = {}
  nullable = false

  # As src/config/config.ts has them: a value that it refuses would be found out by the first request.
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
  validation {
    condition     = try(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", var.settings.public_url)[0] != "", var.settings.public_url == null)
    error_message = "settings.public_url must be the https URL at which clients reach the endpoint, without query, such as https://mcp.example.com/mcp."
  }
  validation {
    condition = alltrue([
      for rule in coalesce(var.settings.rate_limits, []) :
      can(regex("^(principal|address|tool:[A-Za-z0-9_./-]{1,128})=[1-9][0-9]{0,8}/[1-9][0-9]{0,4}$", rule)) && try(tonumber(regex("/([0-9]+)$", rule)[0]) <= 86400, false)
    ]) && length(coalesce(var.settings.rate_limits, [])) == length(distinct([for rule in coalesce(var.settings.rate_limits, []) : split("=", rule)[0]]))
    error_message = "settings.rate_limits must be limits such as principal=600/60, address=1200/60 or tool:export_notes=10/60: so many requests in so many seconds, at most 86400, each named once."
  }
  validation {
    condition     = length(coalesce(var.settings.rate_limits, [])) == 0 || var.session_store == "dynamodb"
    error_message = "settings with rate_limits need a store to count in: leave them out, or set session_store = \"dynamodb\"."
  }
  validation {
    condition     = try(var.settings.max_header_bytes >= 1024 && var.settings.max_header_bytes <= 65536 && floor(var.settings.max_header_bytes) == var.settings.max_header_bytes, true)
    error_message = "settings.max_header_bytes must be a whole number of bytes from 1024 to 65536."
  }
  validation {
    condition     = try(var.settings.max_json_depth >= 8 && var.settings.max_json_depth <= 1000 && floor(var.settings.max_json_depth) == var.settings.max_json_depth, true)
    error_message = "settings.max_json_depth must be a whole number from 8 to 1000."
  }
  validation {
    condition     = try(var.settings.max_json_keys >= 100 && var.settings.max_json_keys <= 1000000 && floor(var.settings.max_json_keys) == var.settings.max_json_keys, true)
    error_message = "settings.max_json_keys must be a whole number from 100 to 1000000."
  }
  validation {
    condition     = try(var.settings.max_streams >= 1 && var.settings.max_streams <= 10000 && floor(var.settings.max_streams) == var.settings.max_streams, true)
    error_message = "settings.max_streams must be a whole number from 1 to 10000."
  }
  validation {
    condition     = try(var.settings.max_output_bytes >= 1024 && var.settings.max_output_bytes <= 33554432 && floor(var.settings.max_output_bytes) == var.settings.max_output_bytes, true)
    error_message = "settings.max_output_bytes must be a whole number of bytes from 1024 to 33554432."
  }
  validation {
    condition     = contains(["on", "off"], coalesce(var.settings.audit, "on"))
    error_message = "settings.audit must be on or off."
  }
}
