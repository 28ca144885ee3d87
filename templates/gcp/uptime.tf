# Asks from six places, every quarter of an hour, which is seldom enough to cost next to nothing: each check may start an
# instance. The path is one that the server answers by itself (src/endpoint.ts).
resource "google_monitoring_uptime_check_config" "health" {
  project      = var.project
  display_name = var.name
  period       = "900s"
  timeout      = "30s"
  user_labels  = local.tags

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = local.host
    }
  }

  http_check {
    path         = "/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true

    dynamic "service_agent_authentication" {
      for_each = local.checker_needs_leave ? ["OIDC_TOKEN"] : []

      content {
        type = service_agent_authentication.value
      }
    }
  }

  # Another host is another check, and one that an alarm still names is not deleted (hashicorp/terraform-provider-google#3133).
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.required]
}

# With `auth = "iam"` the check is a caller like any other, and shows Cloud Run who it is: Monitoring's service agent, which a
# project has only once somebody asks for it ("Create and grant roles to service agents").
locals {
  checker_needs_leave = var.auth == "iam"
}

resource "google_project_service_identity" "monitoring" {
  provider = google-beta
  count    = local.checker_needs_leave ? 1 : 0

  project = var.project
  service = "monitoring.googleapis.com"

  depends_on = [google_project_service.required]
}

resource "google_cloud_run_v2_service_iam_member" "checker" {
  count = local.checker_needs_leave ? 1 : 0

  project  = var.project
  name     = google_cloud_run_v2_service.server.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_project_service_identity.monitoring[0].member
}
