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

run "certificate_that_azure_is_still_making" {
  override_resource {
    target = azapi_resource.certificate[0]
    values = { output = { properties = {} } }
  }
  variables {
    custom_domain = { name = "mcp.example.com" }
  }
  expect_failures = [azapi_update_resource.tls]
}

run "certificate_in_another_subscription" {
  command = plan

  override_data {
    target = data.azurerm_resources.vault
    values = { resources = [] }
  }
  variables {
    custom_domain = { name = "mcp.example.com", certificate = "https://elsewhere.vault.azure.net/secrets/mcp" }
  }
  expect_failures = [data.azurerm_resources.vault]
}
