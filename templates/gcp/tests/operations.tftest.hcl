# Log, metrics, alarms and the uptime check.

mock_provider "aws" {}
mock_provider "google" {
  mock_resource "google_cloud_run_v2_service" {
    defaults = { uri = "https://notes-abc123-ew.a.run.app" }
  }
  mock_resource "google_logging_project_bucket_config" {
    defaults = { id = "projects/notes-123456/locations/europe-west1/buckets/notes-prod" }
  }
  mock_resource "google_monitoring_dashboard" {
    defaults = { id = "projects/123/dashboards/abc-def" }
  }
  mock_resource "google_monitoring_uptime_check_config" {
    defaults = { uptime_check_id = "notes-prod-xyz" }
  }
}
mock_provider "google-beta" {}
mock_provider "random" {}

variables {
  name               = "notes-prod"
  project            = "notes-123456"
  region             = "europe-west1"
  auth               = "public"
  log_retention_days = 7
  alarm_targets      = ["projects/notes-123456/notificationChannels/1"]
  tags               = { team = "notes", part-of = "suite" }
}

run "lines_are_kept_as_long_as_asked_for" {
  assert {
    condition     = google_logging_project_bucket_config.requests.retention_days == 7 && google_logging_project_sink.requests.destination == "logging.googleapis.com/projects/notes-123456/locations/europe-west1/buckets/notes-prod"
    error_message = "The service's lines must go to a bucket with this retention."
  }
  assert {
    condition     = google_logging_project_exclusion.requests.filter == google_logging_project_sink.requests.filter && google_logging_project_sink.requests.filter == "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"notes-prod\" AND resource.labels.location=\"europe-west1\""
    error_message = "The same lines, and none of another service, must stay out of _Default."
  }
}

run "alarms_have_the_thresholds_of_the_stack" {
  assert {
    condition = { for name, policy in google_monitoring_alert_policy.server : name => policy.conditions[0].condition_prometheus_query_language[0].query } == {
      failed-calls    = "(sum by (tool) (increase(logging_googleapis_com:user_notes_prod_duration_count{monitored_resource=\"cloud_run_revision\",method=\"tools/call\",outcome!~\"refused|cancelled|ok|input_required\"}[15m])) / sum by (tool) (increase(logging_googleapis_com:user_notes_prod_duration_count{monitored_resource=\"cloud_run_revision\",method=\"tools/call\",outcome!~\"refused|cancelled\"}[15m])) >= 0.2) and (sum by (tool) (increase(logging_googleapis_com:user_notes_prod_duration_count{monitored_resource=\"cloud_run_revision\",method=\"tools/call\",outcome!~\"refused|cancelled\"}[15m])) > 9.5)"
      server-errors   = "sum(increase(logging_googleapis_com:user_notes_prod_server_errors{monitored_resource=\"cloud_run_revision\"}[1m])) > 4.5"
      throttles       = "sum(increase(logging_googleapis_com:user_notes_prod_throttles{monitored_resource=\"cloud_run_revision\"}[1m])) > 0.5"
      unauthenticated = "sum(increase(logging_googleapis_com:user_notes_prod_unauthenticated{monitored_resource=\"cloud_run_revision\"}[5m])) > 99.5"
      tool-errors     = "sum(increase(logging_googleapis_com:user_notes_prod_tool_errors{monitored_resource=\"cloud_run_revision\"}[5m])) > 49.5"
      slow            = "(histogram_quantile(0.99, sum by (le) (increase(logging_googleapis_com:user_notes_prod_duration_bucket{monitored_resource=\"cloud_run_revision\"}[5m]))) >= 30000) and (sum(increase(logging_googleapis_com:user_notes_prod_duration_count{monitored_resource=\"cloud_run_revision\"}[5m])) > 999.5)"
    }
    error_message = "The alarms must ask for what stacks/alarms.ts does."
  }
  assert {
    condition     = toset([for metric in google_logging_metric.answers : metric.name]) == toset(["notes-prod-server-errors", "notes-prod-throttles", "notes-prod-tool-errors", "notes-prod-unauthenticated"]) && google_logging_metric.duration.name == "notes-prod-duration"
    error_message = "What the alarms ask for must be counted under that name."
  }
  assert {
    condition = { for name, metric in google_logging_metric.measured : name => [metric.name, metric.value_extractor, metric.metric_descriptor[0].unit, length(metric.metric_descriptor[0].labels)] } == {
      task-age     = ["notes-prod-task-age", "EXTRACT(jsonPayload.taskAgeMs)", "ms", 1]
      task-delay   = ["notes-prod-task-delay", "EXTRACT(jsonPayload.taskDelayMs)", "ms", 1]
      store-reads  = ["notes-prod-store-reads", "EXTRACT(jsonPayload.storeReads)", "1", 0]
      store-writes = ["notes-prod-store-writes", "EXTRACT(jsonPayload.storeWrites)", "1", 0]
    }
    error_message = "What the pictures of tasks and of the store ask for must be measured under that name."
  }
  assert {
    condition     = contains(google_logging_metric.duration.bucket_options[0].explicit_buckets[0].bounds, 30000)
    error_message = "The threshold must be a bound of the histogram, or it is guessed."
  }
  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.server : policy.notification_channels == tolist(var.alarm_targets) && policy.conditions[0].condition_prometheus_query_language[0].disable_metric_validation]) && google_monitoring_alert_policy.down.notification_channels == tolist(var.alarm_targets)
    error_message = "Whoever is to be told must be told, and no alarm may wait for its metric to be known."
  }
}

run "the_uptime_check_asks_the_endpoint" {
  assert {
    condition     = google_monitoring_uptime_check_config.health.monitored_resource[0].labels.host == "notes-abc123-ew.a.run.app" && google_monitoring_uptime_check_config.health.http_check[0].path == "/health" && length(google_monitoring_uptime_check_config.health.http_check[0].service_agent_authentication) == 0
    error_message = "The check must ask where clients do."
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.down.conditions[0].condition_threshold[0].filter, "metric.labels.check_id=\"notes-prod-xyz\"")
    error_message = "The alarm must be about this check."
  }
}

run "the_dashboard_shows_this_service" {
  assert {
    condition     = output.dashboard_url == "https://console.cloud.google.com/monitoring/dashboards/builder/abc-def?project=notes-123456"
    error_message = "The dashboard must be found by its URL."
  }
  assert {
    condition = alltrue([
      for tile in jsondecode(google_monitoring_dashboard.server.dashboard_json).mosaicLayout.tiles : tile.xPos + tile.width <= 48 && alltrue([
        for set in try(tile.widget.xyChart.dataSets, []) : strcontains(set.timeSeriesQuery.prometheusQuery, "user_notes_prod_") || strcontains(set.timeSeriesQuery.prometheusQuery, "service_name=\"notes-prod\"")
      ])
    ])
    error_message = "Each chart must fit, and show this service alone."
  }
}

run "tags_are_merged" {
  assert {
    condition     = local.tags == { mcp-server = "notes-prod", part-of = "suite", team = "notes" } && google_monitoring_uptime_check_config.health.user_labels == tomap(local.tags)
    error_message = "One's own tags must come on top of the module's two."
  }
}

run "operations_have_google_s_form" {
  command = plan

  variables {
    alarm_targets      = ["me@example.com"]
    log_retention_days = 0
    max_instances      = 1.5
    tags               = { Team = "notes" }
  }

  expect_failures = [var.alarm_targets, var.max_instances, var.log_retention_days, var.tags]
}

run "days_are_whole_and_tags_are_not_the_clouds_own" {
  command = plan

  variables {
    log_retention_days = 1.5
    tags               = { goog-team = "notes" }
  }

  expect_failures = [var.log_retention_days, var.tags]
}

run "clouds_take_fifty_tags" {
  command = plan

  variables {
    tags = { for number in range(49) : "t${number}" => "x" }
  }

  expect_failures = [var.tags]
}
