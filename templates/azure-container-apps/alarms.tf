# Written by `npm run generate` from templates/azure/alarms.tf: change that, not this file.

# The thresholds of stacks/alarms.ts, over the same lines. A rule is asked every quarter of an hour, because that is what it
# costs least: about $0.50 a month each, and three times that every five minutes.
locals {
  # The notification of an alarm shows this text and no other.
  runbook = "What to do: docs/alarms.md of mcp-anycloud."

  alarms = merge(local.platform_alarms, {
    server-errors = {
      description = "MCP clients get answers of 5xx"
      threshold   = 5
      query       = "| where status >= 500 | summarize value = sum(itemCount) by bin(timestamp, 1m)"
    }
    slow = {
      description = "MCP answers take long"
      threshold   = 30000
      # Streams that wait for events last as long as they may. The slowest of fewer than 100 answers is their p99, so a period
      # with fewer than 1,000 is left out, as CloudWatch does.
      query = "| where line.httpMethod == \"POST\" and mcpMethod != \"subscriptions/listen\" | summarize answers = sum(itemCount), value = percentile(durationMs, 99) by bin(timestamp, 5m) | where answers >= 1000"
    }
    tool-errors = {
      description = "Tools of the MCP server fail"
      threshold   = 50
      # Their status is 200: the model is told in the answer.
      query = "| where outcome == \"tool_error\" | summarize value = sum(itemCount) by bin(timestamp, 5m)"
    }
    failed-calls = {
      description = "A large part of the calls of a tool fail"
      threshold   = 20
      # Percent, by tool. Requests that are refused or cancelled say nothing about a tool, and fewer than 10 calls make no share.
      query = "| where mcpMethod == \"tools/call\" and outcome !in (\"refused\", \"cancelled\") | summarize calls = sum(itemCount), failed = sumif(itemCount, outcome !in (\"ok\", \"input_required\")) by mcpName, bin(timestamp, 15m) | where calls >= 10 | extend value = 100.0 * failed / calls"
    }
    unauthenticated = {
      description = "Many requests are rejected as unauthenticated"
      threshold   = 100
      query       = "| where status == 401 | summarize value = sum(itemCount) by bin(timestamp, 5m)"
    }
  })
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "alarm" {
  for_each = local.alarms

  name                = "${var.name}-${each.key}"
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  description         = "${each.value.description}. ${local.runbook}"
  scopes              = [local.logs.id]
  severity            = 2

  evaluation_frequency    = "PT15M"
  window_duration         = "PT15M"
  auto_mitigation_enabled = true

  criteria {
    query                   = "${local.request_lines}${each.value.query}"
    metric_measure_column   = "value"
    time_aggregation_method = "Maximum"
    operator                = "GreaterThanOrEqual"
    threshold               = each.value.threshold
  }

  dynamic "action" {
    for_each = length(var.alarm_targets) > 0 ? [var.alarm_targets] : []

    content {
      action_groups = action.value
    }
  }

  tags = local.tags
}
