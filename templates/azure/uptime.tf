# Asks /health from two places, every quarter of an hour. A function app that does not start writes no line, and every other
# alarm reads its lines. About $3.50 a month ($0.0006 a test), as each test may also start an instance.
resource "azurerm_application_insights_standard_web_test" "health" {
  name                    = "${var.name}-health"
  resource_group_name     = azurerm_resource_group.server.name
  location                = azurerm_resource_group.server.location
  application_insights_id = local.insights_id
  description             = "Asks the MCP server how it is"

  # West Europe and East US ("Location population tags" of availability tests).
  geo_locations = ["emea-nl-ams-azr", "us-va-ash-azr"]
  frequency     = 900
  timeout       = 30
  retry_enabled = true
  enabled       = true
  tags          = local.tags

  # The server answers this path by itself (src/endpoint.ts), and App Service Authentication leaves it out (callers.tf).
  request {
    url = "${local.origin}/health"
  }

  validation_rules {
    expected_status_code = 200
    ssl_check_enabled    = true
  }
}

# One place alone may be the place's fault. The window holds a test of each place. From `terraform apply` until the first
# `func azure functionapp publish` there is no server, and the alarm is right.
resource "azurerm_monitor_metric_alert" "down" {
  name                = "${var.name}-down"
  resource_group_name = azurerm_resource_group.server.name
  description         = "The MCP server does not answer its web test. ${local.runbook}"
  scopes              = [azurerm_application_insights_standard_web_test.health.id, local.insights_id]
  severity            = 1
  frequency           = "PT5M"
  window_size         = "PT30M"
  tags                = local.tags

  application_insights_web_test_location_availability_criteria {
    web_test_id           = azurerm_application_insights_standard_web_test.health.id
    component_id          = local.insights_id
    failed_location_count = 2
  }

  dynamic "action" {
    for_each = var.alarm_targets

    content {
      action_group_id = action.value
    }
  }
}
