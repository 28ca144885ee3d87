# The variables that the server gets; src/config/config.ts reads them. A setting that is null is not set, and has the endpoint's
# own default.
locals {
  settings = {
    MCP_ANYCLOUD_PATH                  = var.settings.path
    MCP_ANYCLOUD_ALLOWED_ORIGINS       = try(join(",", var.settings.allowed_origins), null)
    MCP_ANYCLOUD_MAX_BODY_BYTES        = tostring(var.settings.max_body_bytes)
    MCP_ANYCLOUD_HEARTBEAT_SECONDS     = tostring(var.settings.heartbeat_seconds)
    MCP_ANYCLOUD_SESSION_SECONDS       = tostring(var.settings.session_seconds)
    MCP_ANYCLOUD_SESSION_GRACE_SECONDS = tostring(var.settings.session_grace_seconds)
    MCP_ANYCLOUD_STREAM_SECONDS        = tostring(var.settings.stream_seconds)
    MCP_ANYCLOUD_LOG_LEVEL             = var.settings.log_level
    MCP_ANYCLOUD_RATE_LIMITS           = try(join(",", var.settings.rate_limits), null)
    MCP_ANYCLOUD_MAX_HEADER_BYTES      = tostring(var.settings.max_header_bytes)
    MCP_ANYCLOUD_MAX_JSON_DEPTH        = tostring(var.settings.max_json_depth)
    MCP_ANYCLOUD_MAX_JSON_KEYS         = tostring(var.settings.max_json_keys)
    MCP_ANYCLOUD_MAX_STREAMS           = tostring(var.settings.max_streams)
    MCP_ANYCLOUD_MAX_OUTPUT_BYTES      = tostring(var.settings.max_output_bytes)
    MCP_ANYCLOUD_AUDIT                 = var.settings.audit

    MCP_ANYCLOUD_TOKEN_ISSUERS   = length(local.token_issuers) == 0 ? null : jsonencode(local.token_issuers)
    MCP_ANYCLOUD_REQUIRED_SCOPES = length(local.required_scopes) == 0 ? null : join(" ", local.required_scopes)
    # The cloud's check is switched on by this module, so that what it says of callers is to be believed.
    MCP_ANYCLOUD_PLATFORM_IDENTITY = var.auth == "iam" ? "azure-easy-auth" : null
  }

  server_environment = merge(
    var.environment,
    { for name, value in local.settings : name => value if value != null },
    local.names_url ? { MCP_ANYCLOUD_PUBLIC_URL = local.public_url } : {},
    var.custom_domain == null ? {} : { MCP_ANYCLOUD_ALLOWED_HOSTS = var.custom_domain.name },
    !local.has_store ? {} : {
      MCP_ANYCLOUD_TABLE              = local.table_name
      MCP_ANYCLOUD_AWS_ROLE_ARN       = aws_iam_role.sessions[0].arn
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE = azuread_application_identifier_uri.aws[0].identifier_uri
      # AWS's client reads where the table is, and adapters/azure/identity-token.ts which identity is meant.
      AWS_REGION      = local.aws_region
      AZURE_CLIENT_ID = azurerm_user_assigned_identity.server.client_id
    },
    # A reference, which App Service replaces by the secret; or the secret in AWS, which the server reads itself.
    local.makes_key_ring ? { MCP_ANYCLOUD_STATE_KEYS = local.key_ring_text } : { MCP_ANYCLOUD_STATE_KEYS_SECRET = var.shared_state.key_ring },
  )
}
