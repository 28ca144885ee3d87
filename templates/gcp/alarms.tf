# Alarms with the thresholds of stacks/alarms.ts. No data means no requests, and is no alarm. Idle: about $0.10 a month for each,
# where Google charges for conditions.
locals {
  # The notification of an alarm shows this text and no other.
  runbook = "What to do: docs/alarms.md of mcp-anycloud."

  # In PromQL a metric's name has no hyphens, and what it counts is estimated from samples: half a request stands for a whole.
  metric   = { for name in distinct(concat(keys(local.counted_answers), keys(local.counted_jobs), keys(local.measured_fields), ["duration"])) : name => "logging_googleapis_com:user_${replace(var.name, "-", "_")}_${replace(name, "-", "_")}" }
  of_calls = "monitored_resource=\"cloud_run_revision\",method=\"tools/call\""
  within   = "{monitored_resource=\"cloud_run_revision\"}"

  # How much later than planned Cloud Tasks sends a job, in milliseconds.
  job_delays = "cloudtasks_googleapis_com:queue_task_attempt_delays_bucket{monitored_resource=\"cloud_tasks_queue\",queue_id=\"${var.name}-tasks\"}"

  task_alarms = {
    job-age = {
      description = "Jobs of tasks wait long for their worker"
      query       = "histogram_quantile(0.99, sum by (le) (increase(${local.job_delays}[5m]))) >= 60000"
    }
    failing-jobs = {
      description = "Jobs of tasks fail"
      query       = "sum(increase(${local.metric["failing-jobs"]}${local.within}[15m])) > 4.5"
    }
  }

  alarms = merge(var.tasks ? local.task_alarms : {}, {
    server-errors = {
      description = "MCP clients get answers of 5xx"
      query       = "sum(increase(${local.metric["server-errors"]}${local.within}[1m])) > 4.5"
    }
    throttles = {
      description = "Cloud Run refuses requests to the MCP server for want of instances"
      query       = "sum(increase(${local.metric["throttles"]}${local.within}[1m])) > 0.5"
    }
    tool-errors = {
      description = "Tools of the MCP server fail"
      query       = "sum(increase(${local.metric["tool-errors"]}${local.within}[5m])) > 49.5"
    }
    failed-calls = {
      description = "A large part of the calls of a tool fail"
      # A share, by tool. Requests that are refused or cancelled say nothing about a tool, and fewer than 10 calls make no share.
      query = "(sum by (tool) (increase(${local.metric["duration"]}_count{${local.of_calls},outcome!~\"refused|cancelled|ok|input_required\"}[15m])) / sum by (tool) (increase(${local.metric["duration"]}_count{${local.of_calls},outcome!~\"refused|cancelled\"}[15m])) >= 0.2) and (sum by (tool) (increase(${local.metric["duration"]}_count{${local.of_calls},outcome!~\"refused|cancelled\"}[15m])) > 9.5)"
    }
    slow = {
      description = "MCP answers take long"
      # Milliseconds. Waiting for a user counts. The slowest of fewer than 100 answers is their p99, so a period with fewer
      # than 1,000 is left out, as CloudWatch does.
      query = "(histogram_quantile(0.99, sum by (le) (increase(${local.metric["duration"]}_bucket${local.within}[5m]))) >= 30000) and (sum(increase(${local.metric["duration"]}_count${local.within}[5m])) > 999.5)"
    }
    unauthenticated = {
      description = "Many requests are rejected as unauthenticated"
      query       = "sum(increase(${local.metric["unauthenticated"]}${local.within}[5m])) > 99.5"
    }
  })
}

resource "google_monitoring_alert_policy" "server" {
  for_each = local.alarms

  project               = var.project
  display_name          = "${var.name}-${each.key}"
  combiner              = "OR"
  notification_channels = var.alarm_targets
  user_labels           = local.tags

  documentation {
    content = "${each.value.description}. ${local.runbook}"
  }

  conditions {
    display_name = each.value.description

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = "0s"
      evaluation_interval = "60s"
      # A metric is known to Monitoring only minutes after it was made, and other conditions are refused until then
      # (hashicorp/terraform-provider-google#11102).
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close = "1800s"
  }

  depends_on = [google_logging_metric.answers, google_logging_metric.duration]
}

resource "google_monitoring_alert_policy" "down" {
  project               = var.project
  display_name          = "${var.name}-down"
  combiner              = "OR"
  notification_channels = var.alarm_targets
  user_labels           = local.tags

  documentation {
    content = "The MCP server does not answer its uptime check. ${local.runbook}"
  }

  conditions {
    display_name = "The MCP server does not answer its uptime check"

    condition_threshold {
      filter          = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "60s"

      # The form of Monitoring's own alerts: from how many places the last check failed; one place alone may be the place's fault.
      aggregations {
        alignment_period     = "1200s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  alert_strategy {
    auto_close = "1800s"
  }
}
