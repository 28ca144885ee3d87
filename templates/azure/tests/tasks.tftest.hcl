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
  tasks  = true
}

run "jobs_go_through_a_queue" {
  assert {
    condition     = azurerm_storage_queue.tasks[0].name == local.server_environment.MCP_ANYCLOUD_STORAGE_QUEUE && azurerm_storage_queue.tasks[0].storage_account_id == azurerm_storage_account.server.id
    error_message = "The server must be told of the queue, which is in the account that the host uses."
  }
  assert {
    condition     = azurerm_role_assignment.server["tasks"].role_definition_name == "Storage Queue Data Contributor" && azurerm_role_assignment.server["tasks"].scope == azurerm_storage_account.server.id
    error_message = "The server must be allowed to use the queue."
  }
  assert {
    condition     = strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.failing_jobs[0].criteria[0].query, "mcpJobs")
    error_message = "Somebody must be told when jobs fail."
  }
  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.alarm["job-age"].criteria[0].threshold == 60000 && strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.alarm["job-age"].criteria[0].query, "max(todouble(line.taskDelayMs))")
    error_message = "Somebody must be told when jobs wait."
  }
}

run "none_without_tasks" {
  variables {
    tasks = false
  }

  assert {
    condition     = length(azurerm_storage_queue.tasks) + length(azurerm_monitor_scheduled_query_rules_alert_v2.failing_jobs) == 0 && !contains(keys(azurerm_role_assignment.server), "tasks") && !contains(keys(local.server_environment), "MCP_ANYCLOUD_STORAGE_QUEUE") && !contains(keys(azurerm_monitor_scheduled_query_rules_alert_v2.alarm), "job-age")
    error_message = "A server without tasks needs no queue."
  }
}

run "tasks_need_a_store" {
  command = plan

  variables {
    session_store = "none"
  }

  expect_failures = [var.tasks]
}
