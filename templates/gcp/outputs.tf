output "mcp_url" {
  description = "Where MCP clients connect."
  value       = local.names_url ? local.public_url : "https://${local.host}${local.path}"
}

output "app" {
  description = "What the cloud's own tools deploy to."
  value       = google_cloud_run_v2_service.server.id
}

output "session_store_name" {
  description = "The table of sessions and shared state in AWS, or the Firestore database; null where session_store is \"redis\" or \"none\"."
  value       = local.is_native ? google_firestore_database.sessions[0].name : local.table_name
}

output "key_ring_name" {
  description = "The secret that holds the key ring: of Google's Secret Manager, or of AWS where it is shared."
  value       = local.own_key_ring ? google_secret_manager_secret.key_ring[0].id : var.shared_state.key_ring
}

output "log_location" {
  description = "The log bucket with one line per request."
  value       = google_logging_project_bucket_config.requests.id
}

output "dashboard_url" {
  description = "Traffic, latency, sessions, cold starts, cost."
  value       = "https://console.cloud.google.com/monitoring/dashboards/builder/${basename(google_monitoring_dashboard.server.id)}?project=${var.project}"
}
