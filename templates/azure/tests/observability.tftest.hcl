mock_provider "aws" {
  source = "./tests/mocks/aws"
}
mock_provider "azapi" {
  source = "./tests/mocks/azapi"
}
mock_provider "azuread" {
  source = "./tests/mocks/azuread"
}
mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}
mock_provider "random" {
  source = "./tests/mocks/random"
}

variables {
  name   = "notes"
  region = "westeurope"
  auth   = "public"
}

run "alarms_and_dashboard" {
  assert {
    condition     = { for name, alarm in azurerm_monitor_scheduled_query_rules_alert_v2.alarm : name => one(alarm.criteria[*].threshold) } == { failed-calls = 20, server-errors = 5, slow = 30000, tool-errors = 50, unauthenticated = 100 }
    error_message = "The thresholds must be those of stacks/alarms.ts."
  }
  assert {
    condition     = alltrue([for alarm in azurerm_monitor_scheduled_query_rules_alert_v2.alarm : alarm.criteria[0].operator == "GreaterThanOrEqual" && alarm.criteria[0].time_aggregation_method == "Maximum" && alarm.criteria[0].metric_measure_column == "value" && strcontains(alarm.criteria[0].query, "value = ")])
    error_message = "An alarm must go off when any of its periods reaches the threshold."
  }
  assert {
    condition     = endswith(azurerm_monitor_scheduled_query_rules_alert_v2.alarm["slow"].criteria[0].query, "summarize answers = sum(itemCount), value = percentile(durationMs, 99) by bin(timestamp, 5m) | where answers >= 1000")
    error_message = "The slowest of a few answers is their p99, and no alarm."
  }
  assert {
    condition     = alltrue([for alarm in azurerm_monitor_scheduled_query_rules_alert_v2.alarm : alarm.evaluation_frequency == "PT15M" && alarm.window_duration == "PT15M" && alarm.auto_mitigation_enabled])
    error_message = "A rule that is asked more often costs more."
  }
  assert {
    condition     = alltrue([for alarm in azurerm_monitor_scheduled_query_rules_alert_v2.alarm : alarm.scopes == tolist([azapi_resource.insights.id]) && startswith(alarm.criteria[0].query, "traces\n") && strcontains(alarm.criteria[0].query, "message has \"\\\"message\\\":\\\"request\\\"\"")])
    error_message = "Alarms must read the server's lines about requests, and no others."
  }
  assert {
    condition     = alltrue([for alarm in azurerm_monitor_scheduled_query_rules_alert_v2.alarm : length(alarm.action) == 0])
    error_message = "Nobody is told of alarms who did not ask."
  }

  assert {
    condition     = azurerm_application_insights_standard_web_test.health.request[0].url == "https://notes-abc123.azurewebsites.net/health" && azurerm_application_insights_standard_web_test.health.validation_rules[0].expected_status_code == 200 && azurerm_application_insights_standard_web_test.health.enabled
    error_message = "A server that does not start must be noticed from outside: ${azurerm_application_insights_standard_web_test.health.request[0].url}"
  }
  assert {
    condition     = azurerm_monitor_metric_alert.down.application_insights_web_test_location_availability_criteria[0].failed_location_count == length(azurerm_application_insights_standard_web_test.health.geo_locations) && azurerm_monitor_metric_alert.down.window_size == "PT30M" && azurerm_application_insights_standard_web_test.health.frequency == 900
    error_message = "It is down when no place reaches it, and the window must hold a test of each."
  }
  assert {
    condition     = length(azurerm_monitor_metric_alert.down.action) == 0
    error_message = "Nobody is told of alarms who did not ask."
  }

  assert {
    condition     = jsondecode(azurerm_application_insights_workbook.server.data_json).items[*].content.title == [for chart in local.charts : chart.title]
    error_message = "The workbook lacks a chart."
  }
  assert {
    condition     = alltrue([for item in jsondecode(azurerm_application_insights_workbook.server.data_json).items : can(regex("^(traces|requests)\n", item.content.query)) && strcontains(item.content.query, "| summarize ")])
    error_message = "A chart asks nothing."
  }
  assert {
    condition     = azurerm_application_insights_workbook.server.source_id == lower(azapi_resource.insights.id) && azurerm_application_insights_workbook.server.name == "66666666-6666-6666-6666-666666666666"
    error_message = "Azure takes a UUID as its name, and ids without upper-case letters."
  }
}

run "targets_and_retention" {
  variables {
    log_retention_days = 90
    alarm_targets      = ["/subscriptions/s/resourceGroups/ops/providers/Microsoft.Insights/actionGroups/oncall"]
  }
  assert {
    condition     = alltrue([for alarm in azurerm_monitor_scheduled_query_rules_alert_v2.alarm : alarm.action[0].action_groups == tolist(["/subscriptions/s/resourceGroups/ops/providers/Microsoft.Insights/actionGroups/oncall"])])
    error_message = "Whoever is named must be told of every alarm."
  }
  assert {
    condition     = [for action in azurerm_monitor_metric_alert.down.action : action.action_group_id] == ["/subscriptions/s/resourceGroups/ops/providers/Microsoft.Insights/actionGroups/oncall"]
    error_message = "Whoever is named must be told that the server is down."
  }
  assert {
    condition     = azurerm_log_analytics_workspace.server.retention_in_days == 90 && azapi_resource.insights.body.properties.RetentionInDays == 90
    error_message = "Lines must be kept for as long as was asked."
  }
}
