# One JSON line per request, in a bucket of its own: `_Default` keeps everybody's lines, for as long as the project says. Idle:
# nothing; what comes in costs what it would cost there ($0.50 per GiB beyond the project's free 50 a month), and $0.01 per
# GiB and month beyond 30 days.
locals {
  log_of_service = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}\" AND resource.labels.location=\"${var.region}\""
}

resource "google_logging_project_bucket_config" "requests" {
  project        = var.project
  location       = var.region
  bucket_id      = var.name
  description    = "Log of the MCP server"
  retention_days = var.log_retention_days

  depends_on = [google_project_service.required]
}

# To a bucket of the same project a sink needs no leave.
resource "google_logging_project_sink" "requests" {
  project                = var.project
  name                   = var.name
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.requests.id}"
  filter                 = local.log_of_service
  unique_writer_identity = true
}

# And not in `_Default` too, where they would be kept, and paid for, a second time. Only once they are kept here.
resource "google_logging_project_exclusion" "requests" {
  project     = var.project
  name        = var.name
  description = "Kept in the log bucket ${var.name} instead"
  filter      = local.log_of_service

  depends_on = [google_logging_project_sink.requests]
}

# Numbers made of those lines as they come in; they count what is excluded from `_Default` as well ("Log-based metrics
# overview"). Idle: nothing; the first 150 MiB of metrics a month are free, which is some millions of requests.
locals {
  # Responses to clients, from Google's own line per request, which counts requests that no instance saw, too.
  answers = "${local.log_of_service} AND log_id(\"run.googleapis.com/requests\")"

  # Cloud Tasks keeps nothing of a job that failed as often as it may: the next poll of its task finds that.
  counted_jobs = {
    failing-jobs = "${local.answers} AND httpRequest.requestUrl:\"/mcp-anycloud/job\" AND httpRequest.userAgent:\"Google-Cloud-Tasks\" AND httpRequest.status>=400"
  }

  counted_answers = merge(var.tasks ? local.counted_jobs : {}, {
    server-errors = "${local.answers} AND httpRequest.status>=500"
    throttles     = "${local.answers} AND httpRequest.status=429"
    # Cloud Run says 401 or 403 to who may not call; the server says 401 to who has no good token, and 403 to strange hosts.
    unauthenticated = "${local.answers} AND ${var.auth == "iam" ? "(httpRequest.status=401 OR httpRequest.status=403)" : "httpRequest.status=401"}"
    # From the server's own lines: the status is 200, because the model is told in the answer.
    tool-errors = "${local.log_of_service} AND jsonPayload.message=\"request\" AND jsonPayload.outcome=\"tool_error\""
  })
}

# What lines say of tasks and of the store, which is in no metric of Google's.
locals {
  measured_fields = {
    task-age     = { field = "taskAgeMs", unit = "ms", labels = { status = "EXTRACT(jsonPayload.taskStatus)" } }
    task-delay   = { field = "taskDelayMs", unit = "ms", labels = { status = "EXTRACT(jsonPayload.taskStatus)" } }
    store-reads  = { field = "storeReads", unit = "1", labels = {} }
    store-writes = { field = "storeWrites", unit = "1", labels = {} }
  }
}

resource "google_logging_metric" "measured" {
  for_each = local.measured_fields

  project          = var.project
  name             = "${var.name}-${each.key}"
  filter           = "${local.log_of_service} AND jsonPayload.message=\"request\" AND jsonPayload.${each.value.field}>=0"
  value_extractor  = "EXTRACT(jsonPayload.${each.value.field})"
  label_extractors = each.value.labels

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = each.value.unit

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key = labels.key
      }
    }
  }

  # A second to a month, in milliseconds; of the store only the sum is shown.
  bucket_options {
    explicit_buckets {
      bounds = [1000, 5000, 10000, 30000, 60000, 300000, 900000, 3600000, 14400000, 86400000, 604800000, 2592000000]
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_logging_metric" "answers" {
  for_each = local.counted_answers

  project = var.project
  name    = "${var.name}-${each.key}"
  filter  = each.value

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.required]
}

# Milliseconds until the last byte of an answer that somebody waits for, from the server's own lines: streams that wait for
# events last as long as they may.
resource "google_logging_metric" "duration" {
  project         = var.project
  name            = "${var.name}-duration"
  filter          = "${local.log_of_service} AND jsonPayload.message=\"request\" AND jsonPayload.httpMethod=\"POST\" AND NOT jsonPayload.mcpMethod=\"subscriptions/listen\""
  value_extractor = "EXTRACT(jsonPayload.durationMs)"

  # Only methods that there are: a client could name as many as it likes, and each would be a series.
  label_extractors = {
    method = "REGEXP_EXTRACT(jsonPayload.mcpMethod, \"^((?:initialize|ping|server|tools|prompts|resources|completion|logging|notifications|tasks)(?:/(?:discover|list|call|get|read|templates/list|subscribe|unsubscribe|complete|setLevel|initialized|cancelled|progress))?)$\")"
    era    = "REGEXP_EXTRACT(jsonPayload.era, \"^(modern|legacy)$\")"
    # Those that the server has; all others are _OTHER.
    tool    = "EXTRACT(jsonPayload.mcpName)"
    outcome = "EXTRACT(jsonPayload.outcome)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "ms"

    labels {
      key = "method"
    }
    labels {
      key = "era"
    }
    labels {
      key = "tool"
    }
    labels {
      key = "outcome"
    }
  }

  bucket_options {
    explicit_buckets {
      bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000, 30000, 60000, 120000, 300000, 900000]
    }
  }

  depends_on = [google_project_service.required]
}
