# Written by `npm run generate` from the settings that generate/setting-tables.ts lists: change those, not this file.

# A setting that is null is left out, and the endpoint has its default. server-environment.tf adds the rest.
locals {
  settings = {
    MCP_ANYCLOUD_PATH                  = var.settings.path
    MCP_ANYCLOUD_ALLOWED_ORIGINS       = try(join(",", var.settings.allowed_origins), null)
    MCP_ANYCLOUD_LOG_LEVEL             = var.settings.log_level
    MCP_ANYCLOUD_PUBLIC_URL            = var.settings.public_url
    MCP_ANYCLOUD_MAX_BODY_BYTES        = tostring(var.settings.max_body_bytes)
    MCP_ANYCLOUD_REQUEST_SECONDS       = tostring(var.settings.request_seconds)
    MCP_ANYCLOUD_READER_SECONDS        = tostring(var.settings.reader_seconds)
    MCP_ANYCLOUD_MAX_HEADER_BYTES      = tostring(var.settings.max_header_bytes)
    MCP_ANYCLOUD_MAX_JSON_DEPTH        = tostring(var.settings.max_json_depth)
    MCP_ANYCLOUD_MAX_JSON_KEYS         = tostring(var.settings.max_json_keys)
    MCP_ANYCLOUD_MAX_STREAMS           = tostring(var.settings.max_streams)
    MCP_ANYCLOUD_MAX_IN_FLIGHT         = tostring(var.settings.max_in_flight)
    MCP_ANYCLOUD_RATE_LIMITS           = try(join(",", var.settings.rate_limits), null)
    MCP_ANYCLOUD_MAX_OUTPUT_BYTES      = tostring(var.settings.max_output_bytes)
    MCP_ANYCLOUD_POLICY_MODE           = var.settings.policy_mode
    MCP_ANYCLOUD_AUDIT                 = var.settings.audit
    MCP_ANYCLOUD_HEARTBEAT_SECONDS     = tostring(var.settings.heartbeat_seconds)
    MCP_ANYCLOUD_SESSION_SECONDS       = tostring(var.settings.session_seconds)
    MCP_ANYCLOUD_SESSION_GRACE_SECONDS = tostring(var.settings.session_grace_seconds)
    MCP_ANYCLOUD_STREAM_SECONDS        = tostring(var.settings.stream_seconds)
    MCP_ANYCLOUD_TELEMETRY_CONTENT     = var.settings.telemetry_content
    MCP_ANYCLOUD_TELEMETRY_STORE       = var.settings.telemetry_store
    MCP_ANYCLOUD_TELEMETRY_SAMPLING    = var.settings.telemetry_sampling
  }
}
