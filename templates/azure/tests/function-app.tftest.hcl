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

run "function_app_without_keys" {
  assert {
    condition     = azurerm_service_plan.server.sku_name == "FC1" && azurerm_service_plan.server.os_type == "Linux"
    error_message = "The plan must be Flex Consumption on Linux, which costs nothing idle."
  }
  assert {
    condition     = azapi_resource.server.name == "notes-abc123" && azapi_resource.server.body.kind == "functionapp,linux"
    error_message = "The app must have a name of its own, and be a function app on Linux."
  }
  # Nothing checks the body offline: whatever is added to it, or misspelt, has to be written here, too.
  assert {
    condition = keys(azapi_resource.server.body.properties) == [
      "functionAppConfig", "httpsOnly", "keyVaultReferenceIdentity", "publicNetworkAccess", "serverFarmId", "siteConfig",
    ]
    error_message = "Unknown properties of the app: ${join(", ", keys(azapi_resource.server.body.properties))}."
  }
  assert {
    condition = azapi_resource.server.body.properties.functionAppConfig == {
      deployment = {
        storage = {
          type  = "blobContainer"
          value = "https://notesabc123.blob.core.windows.net/package"
          authentication = {
            type                           = "UserAssignedIdentity"
            userAssignedIdentityResourceId = azurerm_user_assigned_identity.server.id
          }
        }
      }
      runtime             = { name = "node", version = "24" }
      scaleAndConcurrency = { instanceMemoryMB = 2048, maximumInstanceCount = 100 }
      siteUpdateStrategy  = { type = "RollingUpdate" }
    }
    error_message = "The app must run Node.js 24, scale to zero, read its package as its identity, and end no instance that works."
  }
  assert {
    condition     = azapi_resource.server.body.properties.httpsOnly && azapi_resource.server.body.properties.siteConfig.minTlsVersion == "1.2" && azapi_resource.server.body.properties.siteConfig.scmMinTlsVersion == "1.2"
    error_message = "The app must take https of TLS 1.2 or newer, and nothing else."
  }
  assert {
    condition     = azapi_resource.server.ignore_casing
    error_message = "A plan would never be empty: Azure answers with other capitals than it was given."
  }
  assert {
    condition     = azapi_resource.server.identity[0].type == "UserAssigned" && azapi_resource.server.identity[0].identity_ids[0] == azurerm_user_assigned_identity.server.id
    error_message = "The app must have the one identity that the roles are given to."
  }
  assert {
    condition     = azapi_resource.server.body.properties.keyVaultReferenceIdentity == azurerm_user_assigned_identity.server.id
    error_message = "References to the vault must be read as the one identity."
  }
  assert {
    condition     = { for name, policy in azapi_update_resource.no_basic_auth : name => policy.body.properties.allow } == { ftp = false, scm = false }
    error_message = "Nobody may deploy with a user name and a password."
  }

  assert {
    condition     = !azurerm_storage_account.server.shared_access_key_enabled && !azurerm_storage_account.server.allow_nested_items_to_be_public && !azurerm_storage_account.server.local_user_enabled
    error_message = "The storage account must take no keys, no local users and no public blobs."
  }
  assert {
    condition     = azurerm_storage_account.server.min_tls_version == "TLS1_2" && azurerm_storage_container.package.container_access_type == "private"
    error_message = "The package must be private."
  }
  assert {
    condition     = azapi_resource.insights.body.properties.DisableLocalAuth && !azurerm_log_analytics_workspace.server.local_authentication_enabled
    error_message = "Telemetry must be taken from identities only."
  }
  assert {
    condition     = alltrue([for setting in azapi_resource.server.body.properties.siteConfig.appSettings : !can(regex("(?i)AccountKey|SharedAccess|secret_|password", "${setting.name} ${setting.value}"))])
    error_message = "There is a key in the app's settings."
  }
  assert {
    condition = { for setting in azapi_resource.server.body.properties.siteConfig.appSettings : setting.name => setting.value if startswith(setting.name, "AzureWebJobsStorage") } == {
      AzureWebJobsStorage__accountName = "notesabc123"
      AzureWebJobsStorage__clientId    = "22222222-2222-2222-2222-222222222222"
      AzureWebJobsStorage__credential  = "managedidentity"
    }
    error_message = "The host must know its storage by account and identity, and by no connection string."
  }
  assert {
    condition     = local.app_settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING == "ClientId=22222222-2222-2222-2222-222222222222;Authorization=AAD"
    error_message = "Telemetry must be sent as the one identity."
  }
  assert {
    condition     = { for name, assignment in azurerm_role_assignment.server : name => assignment.role_definition_name } == { host_events = "Storage Table Data Contributor", host_storage = "Storage Blob Data Owner", key_ring = "Key Vault Secrets User", telemetry = "Monitoring Metrics Publisher" }
    error_message = "The identity has other roles than it needs."
  }
  assert {
    condition     = { for name, assignment in azurerm_role_assignment.server : name => assignment.scope } == { host_events = azurerm_storage_account.server.id, host_storage = azurerm_storage_account.server.id, key_ring = azurerm_key_vault.key_ring[0].id, telemetry = azapi_resource.insights.id }
    error_message = "A role must reach no further than what it is for."
  }

  # "App settings reference for Azure Functions", Flex Consumption plan deprecations.
  assert {
    condition = length(setintersection(keys(local.app_settings), [
      "AzureWebJobsStorage", "DEPLOYMENT_STORAGE_CONNECTION_STRING", "ENABLE_ORYX_BUILD", "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME", "SCM_DO_BUILD_DURING_DEPLOYMENT",
      "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_CONTENTSHARE", "WEBSITE_NODE_DEFAULT_VERSION", "WEBSITE_RUN_FROM_PACKAGE",
    ])) == 0
    error_message = "There is a setting that Flex Consumption refuses."
  }
}

run "sizes_of_instances_that_there_are" {
  variables {
    memory_mib      = 4096
    min_instances   = 2
    max_instances   = 20
    concurrency     = 50
    timeout_seconds = 3599
    node_version    = "22"
  }
  assert {
    condition = azapi_resource.server.body.properties.functionAppConfig.scaleAndConcurrency == {
      alwaysReady          = [{ name = "http", instanceCount = 2 }]
      instanceMemoryMB     = 4096
      maximumInstanceCount = 20
      triggers             = { http = { perInstanceConcurrency = 50 } }
    }
    error_message = "Instances must be as many and as large as was asked."
  }
  assert {
    condition     = azapi_resource.server.body.properties.functionAppConfig.runtime.version == "22" && local.app_settings.AzureFunctionsJobHost__functionTimeout == "00:59:59"
    error_message = "Node.js and the time limit must be those that were asked for: ${local.app_settings.AzureFunctionsJobHost__functionTimeout}"
  }
}

run "sizes_that_azure_has_not" {
  command = plan

  variables {
    memory_mib    = 1024
    min_instances = 101
    concurrency   = 0
    node_version  = "20"
  }
  expect_failures = [var.memory_mib, var.min_instances, var.concurrency, var.node_version]
}
