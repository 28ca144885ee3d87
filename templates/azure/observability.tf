# Where log lines, requests and metrics go. Nobody sends with a key: the server's identity has a role.
resource "azurerm_log_analytics_workspace" "server" {
  name                         = local.unique_name
  resource_group_name          = azurerm_resource_group.server.name
  location                     = azurerm_resource_group.server.location
  sku                          = "PerGB2018"
  retention_in_days            = var.log_retention_days
  local_authentication_enabled = false
  tags                         = local.tags
}

# azapi makes it, because azurerm 4 and 5 have different names for the one argument that matters: nobody sends with a key.
resource "azapi_resource" "insights" {
  type      = "Microsoft.Insights/components@2020-02-02"
  name      = var.name
  parent_id = azurerm_resource_group.server.id
  location  = azurerm_resource_group.server.location
  tags      = local.tags

  body = {
    kind = "web"
    properties = {
      Application_Type    = "web"
      DisableLocalAuth    = true
      Flow_Type           = "Bluefield"
      IngestionMode       = "LogAnalytics"
      Request_Source      = "rest"
      RetentionInDays     = var.log_retention_days
      WorkspaceResourceId = azurerm_log_analytics_workspace.server.id
    }
  }

  ignore_casing          = true
  response_export_values = ["properties.ConnectionString"]
}

locals {
  insights_id = azapi_resource.insights.id

  # Where the lines are that alarms and dashboard ask for.
  logs = { id = local.insights_id, type = "microsoft.insights/components" }

  cost_charts = [
    # Flex Consumption bills executions, and their seconds times the memory of an instance.
    { title = "Cost: seconds of the function", view = "linechart", source = "requests\n", query = "| summarize seconds = sum(duration) / 1000 by bin(timestamp, 5m)" },
  ]

  # The lines that src/http/request-log.ts writes, as the Functions host hands them on: all of them (host.json, samplingSettings). Where
  # Application Insights is told to keep a sample, itemCount says for how many lines one stands.
  request_lines = <<-EOT
    traces
    | where message startswith "{" and message has "\"message\":\"request\""
    | extend line = parse_json(message)
    | extend status = toint(line.status), outcome = tostring(line.outcome), mcpMethod = tostring(line.mcpMethod), mcpName = tostring(line.mcpName), durationMs = todouble(line.durationMs)
  EOT
}
