output "mcp_url" {
  description = "Where MCP clients connect."
  value       = local.names_url ? local.public_url : "${local.origin}${local.path}"
}

output "app" {
  description = "What the cloud's own tools deploy to."
  value       = azurerm_container_app.server.id
}

output "session_store_name" {
  description = "The table of sessions and shared state; null where session_store is \"redis\" or \"none\"."
  value       = local.is_native ? azapi_resource.sessions[0].name : local.table_name
}

output "key_ring_name" {
  description = "The secret that holds the key ring: its address in Key Vault, or the ARN of shared_state.key_ring."
  value       = local.makes_key_ring ? local.key_ring_uri : var.shared_state.key_ring
}

output "log_location" {
  description = "The Log Analytics workspace whose table ContainerAppConsoleLogs has one line per request."
  value       = azurerm_log_analytics_workspace.server.id
}

output "dashboard_url" {
  description = "Traffic, latency, sessions, cold starts, cost."
  value       = "https://portal.azure.com/#resource${azurerm_application_insights_workbook.server.id}/workbook"
}
