# Written by `npm run generate` from templates/aws/alarms.tf: change that, not this file.

# Alarms with the thresholds of stacks/alarms.ts. No data means no requests, and is no alarm. Each costs $0.10 a month per
# metric, idle or not. metrics.tf adds those of what runs the server.
locals {
  # The notification of an alarm shows this text and no other.
  runbook = "What to do: docs/alarms.md of mcp-anycloud."

  alarms = merge(local.platform_alarms, {
    slow = {
      description = "MCP answers take long"
      namespace   = local.metric_namespace
      metric      = "RequestDuration"
      dimensions  = {}
      statistic   = "p99"
      period      = 300
      # Milliseconds. Waiting for a user counts.
      threshold = 30000
      # The slowest of fewer than 100 answers is their p99. CloudWatch takes fewer than 1,000 for too few of them
      # ("Percentile-based alarms and low data samples").
      low_sample_count = "ignore"
    }
    server-errors = {
      description = "MCP clients get answers of 5xx"
      namespace   = local.ingress.namespace
      metric      = local.ingress.server_errors
      dimensions  = local.ingress.dimensions
      statistic   = "Sum"
      period      = 60
      threshold   = 5
    }
    tool-errors = {
      description = "Tools of the MCP server fail"
      namespace   = local.metric_namespace
      metric      = "ToolErrors"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      threshold   = 50
    }
    unauthenticated = {
      description = "Many requests are rejected as unauthenticated"
      namespace   = local.metric_namespace
      metric      = "RejectedRequests"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      threshold   = 100
    }
  })
}

resource "aws_cloudwatch_metric_alarm" "server" {
  for_each = local.alarms

  region             = var.region
  alarm_name         = "${var.name}-${each.key}"
  alarm_description  = "${each.value.description}. ${local.runbook}"
  namespace          = each.value.namespace
  metric_name        = each.value.metric
  dimensions         = each.value.dimensions
  statistic          = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period             = each.value.period
  threshold          = each.value.threshold

  evaluate_low_sample_count_percentiles = try(each.value.low_sample_count, null)

  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_targets
  ok_actions          = var.alarm_targets
  tags                = local.tags
}

# The share of calls that fail, of all tools together and of each that is watched by name: CloudWatch can divide by tool only
# where it is told the tools.
locals {
  failed_shares = merge({ failed-calls = "" }, { for tool in var.alarm_tools : "failed-calls-${tool}" => "/${tool}" })
}

resource "aws_cloudwatch_metric_alarm" "failed_calls" {
  for_each = local.failed_shares

  region              = var.region
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "A large part of the calls of ${each.value == "" ? "tools" : trimprefix(each.value, "/")} fail. ${local.runbook}"
  threshold           = 20
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_targets
  ok_actions          = var.alarm_targets
  tags                = local.tags

  # Fewer than 10 calls in a quarter of an hour make no share.
  metric_query {
    id          = "share"
    expression  = "IF(calls >= 10, 100 * FILL(failed, 0) / calls, 0)"
    label       = "Percent of calls that failed"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { calls = "ToolCalls", failed = "FailedCalls" }

    content {
      id = metric_query.key

      metric {
        namespace   = local.metric_namespace
        metric_name = "${metric_query.value}${each.value}"
        period      = 900
        stat        = "Sum"
      }
    }
  }
}

# Reads and writes together; the table counts them apart.
resource "aws_cloudwatch_metric_alarm" "table_throttles" {
  count = local.has_table ? 1 : 0

  region              = var.region
  alarm_name          = "${var.name}-table-throttles"
  alarm_description   = "DynamoDB refuses requests to the session table. ${local.runbook}"
  threshold           = 1
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_targets
  ok_actions          = var.alarm_targets
  tags                = local.tags

  metric_query {
    id          = "throttled"
    expression  = "reads + writes"
    label       = "Throttled requests"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { reads = "ReadThrottleEvents", writes = "WriteThrottleEvents" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = metric_query.value
        dimensions  = { TableName = local.table_name }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}
