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
  auth   = "iam"
  tasks  = true
  gateway = {
    publisher_name  = "Notes"
    publisher_email = "notes@example.com"
    candidate       = true
  }
}

override_resource {
  target = azapi_resource.second
  values = {
    id     = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Web/sites/notes-abc123b"
    output = { properties = { defaultHostName = "notes-abc123b.azurewebsites.net" } }
  }
}
override_resource {
  target = azapi_resource.pool
  values = { id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.ApiManagement/service/notes-abc123/backends/mcp" }
}

run "two_apps_of_one_server" {
  assert {
    condition     = azapi_resource.second[0].name == "notes-abc123b" && azurerm_service_plan.second[0].sku_name == "FC1" && azapi_resource.second[0].body.properties.serverFarmId == azurerm_service_plan.second[0].id
    error_message = "The second app must have a name and a plan of its own: a plan takes one app."
  }
  # What is added to one and not to the other is found here.
  assert {
    condition     = jsonencode(merge(azapi_resource.second[0].body.properties, { serverFarmId = "", functionAppConfig = "", siteConfig = "" })) == jsonencode(merge(azapi_resource.server.body.properties, { serverFarmId = "", functionAppConfig = "", siteConfig = "" }))
    error_message = "The apps must be alike."
  }
  assert {
    condition     = jsonencode(merge(azapi_resource.second[0].body.properties.functionAppConfig, { deployment = "" })) == jsonencode(merge(azapi_resource.server.body.properties.functionAppConfig, { deployment = "" }))
    error_message = "The apps must have the same instances."
  }
  assert {
    condition     = [for app in [azapi_resource.server, azapi_resource.second[0]] : app.body.properties.functionAppConfig.deployment.storage.value] == ["https://notesabc123.blob.core.windows.net/package", "https://notesabc123.blob.core.windows.net/package-b"]
    error_message = "Each app must have a package of its own."
  }
  assert {
    condition     = azapi_resource.second[0].identity[0].identity_ids == azapi_resource.server.identity[0].identity_ids
    error_message = "The apps must have the one identity that the roles are given to."
  }
  assert {
    condition = { for setting in azapi_resource.second[0].body.properties.siteConfig.appSettings : setting.name => setting.value if !contains(azapi_resource.server.body.properties.siteConfig.appSettings, setting) } == {
      MCP_ANYCLOUD_STORAGE_QUEUE = "mcp-tasks-b"
    }
    error_message = "The apps must share all settings, table and keys among them, but for the queue of their jobs."
  }
  assert {
    condition     = length(azapi_resource.second[0].body.properties.siteConfig.appSettings) == length(azapi_resource.server.body.properties.siteConfig.appSettings) && azurerm_storage_queue.second[0].storage_account_id == azurerm_storage_account.server.id
    error_message = "The second app lacks a setting, or its queue lies elsewhere."
  }
  assert {
    condition     = azapi_update_resource.second_auth[0].body.properties.globalValidation.requireAuthentication && azapi_update_resource.second_auth[0].body == azapi_update_resource.auth.body && azapi_update_resource.second_auth[0].parent_id == azapi_resource.second[0].id
    error_message = "The second app must let in whom the first one does, and nobody else."
  }
  assert {
    condition     = { for name, policy in azapi_update_resource.second_no_basic_auth : name => policy.body.properties.allow } == { ftp = false, scm = false }
    error_message = "Nobody may deploy with a user name and a password."
  }
}

run "requests_are_shared_by_a_pool" {
  assert {
    condition = { for backend in azapi_resource.backend : backend.name => backend.body.properties } == {
      notes-abc123  = { type = "Single", protocol = "http", url = "https://notes-abc123.azurewebsites.net" }
      notes-abc123b = { type = "Single", protocol = "http", url = "https://notes-abc123b.azurewebsites.net" }
    }
    error_message = "Each app must be a backend of its name: ${jsonencode(azapi_resource.backend)}"
  }
  # The service refuses url and protocol for a pool (Azure/azure-rest-api-specs#35713).
  assert {
    condition = azapi_resource.pool[0].name == "mcp" && azapi_resource.pool[0].body.properties == {
      type        = "Pool"
      description = "unreleased"
      pool        = { services = [{ id = azapi_resource.backend["first"].id, priority = 1, weight = 100 }] }
    } && !azapi_resource.pool[0].schema_validation_enabled
    error_message = "All requests must go to the first app until a version is released."
  }
  assert {
    condition     = toset([for policy in azurerm_api_management_api_operation_policy.shared : policy.operation_id if strcontains(policy.xml_content, "<base />\n    <set-backend-service backend-id=\"mcp\" />\n")]) == toset(["delete", "get", "head", "options", "post"])
    error_message = "Each operation must share requests, behind the limit of the API: ${jsonencode(azurerm_api_management_api_operation_policy.shared)}"
  }
  # Terraform would take the pool away before it changed the policy of the API, and calls would fail meanwhile.
  assert {
    condition     = !strcontains(azurerm_api_management_api_policy.server[0].xml_content, "set-backend-service") && strcontains(azurerm_api_management_api_policy.server[0].xml_content, "buffer-response=\"false\"")
    error_message = "The gateway must hand on what comes as it comes, and know the pool by its operations alone: ${azurerm_api_management_api_policy.server[0].xml_content}"
  }
  assert {
    condition     = output.mcp_url == "https://notes-abc123.azure-api.net/mcp" && output.app == azapi_resource.server.id
    error_message = "Clients must connect to the gateway."
  }
}
