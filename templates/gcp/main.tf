locals {
  tags = merge({ mcp-server = var.name, part-of = "mcp-anycloud" }, var.tags)

  path = coalesce(var.settings.path, "/mcp")

  uses_aws   = var.session_store == "dynamodb"
  is_native  = var.session_store == "native"
  aws_region = coalesce(var.shared_state.region, "us-east-1")

  # The host that clients name.
  host = (
    var.custom_domain != null ? var.custom_domain.name :
    var.gateway != null ? google_api_gateway_gateway.server[0].default_hostname :
    trimprefix(google_cloud_run_v2_service.server.uri, "https://")
  )
}

# They stay enabled when this deployment goes: others in the project may use them.
resource "google_project_service" "required" {
  for_each = toset(concat(
    [for name in ["artifactregistry", "cloudbuild", "iam", "logging", "monitoring", "run", "secretmanager", "storage"] : "${name}.googleapis.com"],
    var.tasks ? ["cloudtasks.googleapis.com"] : [],
    var.gateway == null ? [] : [for name in ["apigateway", "servicecontrol", "servicemanagement"] : "${name}.googleapis.com"],
    local.is_native ? ["firestore.googleapis.com"] : [],
    try(var.custom_domain.zone, null) == null ? [] : ["dns.googleapis.com"],
  ))

  project            = var.project
  service            = each.key
  disable_on_destroy = false
}
