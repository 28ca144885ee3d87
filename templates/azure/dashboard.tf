# One page for the operators of the server. Its queries run only while somebody looks at it; it costs nothing.
resource "random_uuid" "dashboard" {}

resource "azurerm_application_insights_workbook" "server" {
  # Azure takes a UUID here, and no upper-case letters in the next but two.
  name                = random_uuid.dashboard.result
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  display_name        = "MCP server ${var.name}"
  source_id           = lower(local.insights_id)
  data_json = jsonencode({
    version = "Notebook/1.0"
    items = [for index, chart in local.charts : {
      type        = 3
      name        = "chart ${index}"
      customWidth = "50"
      content = {
        version       = "KqlItem/1.0"
        title         = chart.title
        query         = "${coalesce(chart.source, local.request_lines)}${chart.query}"
        visualization = chart.view
        queryType     = 0
        resourceType  = "microsoft.insights/components"
        size          = 0
        timeContext   = { durationMs = 86400000 }
      }
    }]
    fallbackResourceIds = [lower(local.insights_id)]
    "$schema"           = "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"
  })
  tags = local.tags
}

locals {
  percentiles = "p50 = percentile(durationMs, 50), p95 = percentile(durationMs, 95), p99 = percentile(durationMs, 99)"

  # The questions of stacks/dashboard.ts.
  charts = [
    { title = "Requests by method", view = "barchart", source = null, query = "| summarize requests = sum(itemCount) by mcpMethod | order by requests desc" },
    { title = "Calls by tool or prompt", view = "table", source = null, query = "| where isnotempty(mcpName) | summarize calls = sum(itemCount), ${local.percentiles} by mcpMethod, mcpName | order by calls desc" },
    { title = "Latency in milliseconds", view = "linechart", source = null, query = "| where mcpMethod != \"subscriptions/listen\" | summarize ${local.percentiles} by bin(timestamp, 5m)" },
    { title = "Sessions opened", view = "linechart", source = null, query = "| where mcpMethod == \"initialize\" and status == 200 | summarize sessions = sum(itemCount) by bin(timestamp, 5m)" },
    { title = "Requests by protocol era", view = "barchart", source = null, query = "| summarize requests = sum(itemCount) by era = tostring(line.era)" },
    { title = "Cold starts", view = "linechart", source = null, query = "| where line.coldStart == true | summarize starts = sum(itemCount) by bin(timestamp, 5m)" },
    { title = "Outcomes", view = "barchart", source = null, query = "| where isnotempty(mcpMethod) | summarize requests = sum(itemCount) by outcome | order by requests desc" },
    { title = "Failures by method and tool", view = "table", source = null, query = "| where outcome in (\"tool_error\", \"protocol_error\", \"timed_out\", \"instance_lost\") | summarize failures = sum(itemCount) by mcpMethod, mcpName, outcome | order by failures desc" },
    { title = "Tasks by status: jobs, longest age and longest delay in milliseconds", view = "table", source = null, query = "| where isnotempty(line.taskStatus) | summarize jobs = sum(itemCount), age = max(tolong(line.taskAgeMs)), delay = max(tolong(line.taskDelayMs)) by status = tostring(line.taskStatus)" },
    { title = "Operations of the store", view = "linechart", source = null, query = "| summarize reads = sum(itemCount * tolong(line.storeReads)), writes = sum(itemCount * tolong(line.storeWrites)) by bin(timestamp, 5m)" },
    { title = "Answers by status", view = "barchart", source = null, query = "| summarize answers = sum(itemCount) by status = tostring(status)" },
    { title = "Bytes sent", view = "linechart", source = null, query = "| summarize bytes = sum(itemCount * tolong(line.responseBytes)) by bin(timestamp, 5m)" },
    # Flex Consumption bills executions, and their seconds times the memory of an instance.
    { title = "Cost: seconds of the function", view = "linechart", source = "requests\n", query = "| summarize seconds = sum(duration) / 1000 by bin(timestamp, 5m)" },
  ]
}
