# Where log lines go. Nobody sends with a key: the environment hands them to Azure Monitor.
resource "azurerm_log_analytics_workspace" "server" {
  name                         = local.unique_name
  resource_group_name          = azurerm_resource_group.server.name
  location                     = azurerm_resource_group.server.location
  sku                          = "PerGB2018"
  retention_in_days            = var.log_retention_days
  local_authentication_enabled = false
  tags                         = local.tags
}

resource "azurerm_monitor_diagnostic_setting" "server" {
  name                       = "logs"
  target_resource_id         = azurerm_container_app_environment.server.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.server.id

  dynamic "enabled_log" {
    for_each = ["ContainerAppConsoleLogs", "ContainerAppSystemLogs"]

    content {
      category = enabled_log.value
    }
  }
}

locals {
  # Where the lines are that alarms and dashboard ask for.
  logs = { id = azurerm_log_analytics_workspace.server.id, type = "microsoft.operationalinsights/workspaces" }

  # The lines that src/http/request-log.ts writes.
  request_lines = <<-EOT
    ContainerAppConsoleLogs
    | where ContainerAppName == "${local.app_name}" and Log startswith "{" and Log has "\"message\":\"request\""
    | extend timestamp = TimeGenerated, itemCount = 1, line = parse_json(Log)
    | extend status = toint(line.status), outcome = tostring(line.outcome), mcpMethod = tostring(line.mcpMethod), mcpName = tostring(line.mcpName), durationMs = todouble(line.durationMs)
  EOT

  # Container Apps bills the seconds of replicas, most of them while they have requests.
  cost_charts = [
    { title = "Cost: answers and their seconds", view = "linechart", source = local.request_lines, query = "| summarize answers = sum(itemCount), seconds = sum(durationMs) / 1000 by bin(timestamp, 5m)" },
  ]

  platform_alarms = {}
}

# A replica that cannot start is started again and again, and writes no line of a request.
resource "azurerm_monitor_metric_alert" "restarts" {
  name                = "${var.name}-restarts"
  resource_group_name = azurerm_resource_group.server.name
  description         = "Replicas of the MCP server end and are started again. ${local.runbook}"
  scopes              = [azurerm_container_app.server.id]
  severity            = 1
  frequency           = "PT5M"
  window_size         = "PT15M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.App/containerApps"
    metric_name      = "RestartCount"
    aggregation      = "Maximum"
    operator         = "GreaterThanOrEqual"
    threshold        = 3
  }

  dynamic "action" {
    for_each = var.alarm_targets

    content {
      action_group_id = action.value
    }
  }
}
