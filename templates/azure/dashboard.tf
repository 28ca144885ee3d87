# One page for the operators of the server. Its queries run only while somebody looks at it; it costs nothing.
resource "random_uuid" "dashboard" {}

resource "azurerm_application_insights_workbook" "server" {
  # Azure takes a UUID here, and no upper-case letters in the next but two.
  name                = random_uuid.dashboard.result
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  display_name        = "MCP server ${var.name}"
  source_id           = lower(local.logs.id)
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
        resourceType  = local.logs.type
        size          = 0
        timeContext   = { durationMs = 86400000 }
      }
    }]
    fallbackResourceIds = [lower(local.logs.id)]
    "$schema"           = "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"
  })
  tags = local.tags
}

locals {
  charts = concat([for picture in local.pictures : merge(picture, { source = null })], local.cost_charts)
}
