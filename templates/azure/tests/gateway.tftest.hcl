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

run "gateway" {
  variables {
    gateway = { publisher_name = "Notes", publisher_email = "notes@example.com" }
  }
  assert {
    condition     = azurerm_api_management.server[0].sku_name == "BasicV2_1" && azurerm_api_management.server[0].publisher_email == "notes@example.com"
    error_message = "The gateway must be of a tier that streams."
  }
  assert {
    condition     = output.mcp_url == "https://notes-abc123.azure-api.net/mcp"
    error_message = "Clients must connect to the gateway: ${output.mcp_url}"
  }
  assert {
    condition     = azurerm_api_management_api.server[0].service_url == "https://notes-abc123.azurewebsites.net" && azurerm_api_management_api.server[0].path == "" && !azurerm_api_management_api.server[0].subscription_required
    error_message = "The gateway must pass every path as it is, without keys of its own."
  }
  assert {
    condition     = { for method, operation in azurerm_api_management_api_operation.server : method => "${operation.method} ${operation.url_template}" } == { DELETE = "DELETE /*", GET = "GET /*", HEAD = "HEAD /*", OPTIONS = "OPTIONS /*", POST = "POST /*" }
    error_message = "The gateway lacks a method of MCP's or of browsers'."
  }
  assert {
    condition     = strcontains(azurerm_api_management_api_policy.server[0].xml_content, "buffer-response=\"false\"") && strcontains(azurerm_api_management_api_policy.server[0].xml_content, "timeout=\"240\"")
    error_message = "The gateway must hand on what comes as it comes."
  }
  assert {
    condition     = length(regexall("<(?:base|forward-request)", azurerm_api_management_api_policy.server[0].xml_content)) == 4 && length(regexall("<[a-z-]+", azurerm_api_management_api_policy.server[0].xml_content)) == 10
    error_message = "A policy that changes headers or reads bodies has no business here."
  }
  assert {
    condition     = strcontains(azurerm_api_management_api_policy.server[0].xml_content, "<rate-limit-by-key calls=\"1000\" renewal-period=\"10\" counter-key=\"all\" />")
    error_message = "All callers together must be limited."
  }
}

run "no_second_app_unless_asked_for" {
  variables {
    gateway = { publisher_name = "Notes", publisher_email = "notes@example.com" }
  }
  assert {
    condition     = length(azapi_resource.second) + length(azurerm_service_plan.second) + length(azurerm_storage_container.second) + length(azapi_resource.backend) + length(azapi_resource.pool) == 0
    error_message = "Nobody asked for a second function app."
  }
}
