# Written by `npm run generate` from templates/aws/outputs.tf: change that, not this file.

output "mcp_url" {
  description = "Where MCP clients connect."
  value       = local.names_url ? local.public_url : "${local.ingress.origin}${local.path}"
}

output "app" {
  description = "What the cloud's own tools deploy to."
  value       = local.app
}

output "session_store_name" {
  description = "The table of sessions and shared state; null where session_store is \"redis\" or \"none\"."
  value       = local.table_name
}

output "key_ring_name" {
  description = "ARN of the secret that holds the key ring, as other deployments take it in shared_state.key_ring."
  value       = local.key_ring_arn
}

output "log_location" {
  description = "The log group with one line per request."
  value       = aws_cloudwatch_log_group.requests.name
}

output "dashboard_url" {
  description = "Traffic, latency, sessions, cold starts, cost."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.server.dashboard_name}"
}
