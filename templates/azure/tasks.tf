# Brings the jobs of tasks to their workers: a function of the same app, which the queue triggers. The host makes the queue of
# jobs that failed five times beside it.
resource "azurerm_storage_queue" "tasks" {
  count = var.tasks ? 1 : 0

  name               = "mcp-tasks"
  storage_account_id = azurerm_storage_account.server.id
}

# A job that throws five times is lost to its task, whose next poll finds that. `requests` has one row for each invocation.
resource "azurerm_monitor_scheduled_query_rules_alert_v2" "failing_jobs" {
  count = var.tasks ? 1 : 0

  name                = "${var.name}-failing-jobs"
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  description         = "Jobs of tasks fail. ${local.runbook}"
  scopes              = [local.insights_id]
  severity            = 2

  evaluation_frequency    = "PT15M"
  window_duration         = "PT15M"
  auto_mitigation_enabled = true

  criteria {
    query                   = "requests | where name == \"mcpJobs\" and success == false | summarize value = sum(itemCount) by bin(timestamp, 15m)"
    metric_measure_column   = "value"
    time_aggregation_method = "Maximum"
    operator                = "GreaterThanOrEqual"
    threshold               = 5
  }

  dynamic "action" {
    for_each = length(var.alarm_targets) > 0 ? [var.alarm_targets] : []

    content {
      action_groups = action.value
    }
  }

  tags = local.tags
}

locals {
  # How long a task was due before a worker took it, in milliseconds: Azure does not tell how old a queue's messages are.
  task_alarms = {
    job-age = {
      description = "Jobs of tasks wait long for their worker"
      threshold   = 60000
      query       = "| where isnotempty(line.taskDelayMs) | summarize value = max(todouble(line.taskDelayMs)) by bin(timestamp, 5m)"
    }
  }

  platform_alarms = var.tasks ? local.task_alarms : {}
}
