# The function app on Flex Consumption. azapi makes it, and not azurerm_function_app_flex_consumption, which cannot do
# without keys: into every request it writes AzureWebJobsStorage with an empty key, and the way around that is a plan that is
# never empty (hashicorp/terraform-provider-azurerm#29149, #29693). Nor does it know keyVaultReferenceIdentity (#31439).
resource "azurerm_service_plan" "server" {
  name                = var.name
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  os_type             = "Linux"
  # Billed by execution; it scales to zero. A plan takes one app ("Flex Consumption plan", Considerations).
  sku_name = "FC1"
  tags     = local.tags
}

resource "azapi_resource" "server" {
  type      = "Microsoft.Web/sites@2024-11-01"
  name      = local.unique_name
  parent_id = azurerm_resource_group.server.id
  location  = azurerm_resource_group.server.location
  tags      = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.server.id]
  }

  body = {
    kind = "functionapp,linux"
    properties = merge(local.app, {
      serverFarmId      = azurerm_service_plan.server.id
      functionAppConfig = merge(local.app_config, { deployment = { storage = merge(local.package_storage, { value = local.package_urls[0] }) } })
      siteConfig        = merge(local.site_config, { appSettings = [for name, value in local.app_settings : { name = name, value = value }] })
    })
  }

  # Azure answers with other capitals than it was given, in ids and in some values.
  ignore_casing          = true
  response_export_values = ["properties.defaultHostName", "properties.customDomainVerificationId"]

  # It starts with what its identity may do, and read.
  depends_on = [azurerm_role_assignment.server, azapi_resource_action.key_ring]
}

# Deployment tools sign in with Entra; there is no user name and password besides.
resource "azapi_update_resource" "no_basic_auth" {
  for_each = toset(["ftp", "scm"])

  type      = "Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01"
  name      = each.key
  parent_id = azapi_resource.server.id
  body      = { properties = { allow = false } }
  # App Service refuses a second change to an app while it carries out the first.
  locks = [azapi_resource.server.id]

  response_export_values = []
}

locals {
  # What a function app is made of, but for its plan, its package and its settings: second-app.tf makes another one.
  app = merge({
    httpsOnly                 = true
    publicNetworkAccess       = "Enabled"
    keyVaultReferenceIdentity = azurerm_user_assigned_identity.server.id
  }, { for subnet in compact([try(var.redis.subnet, null)]) : "virtualNetworkSubnetId" => subnet })

  package_storage = {
    type = "blobContainer"
    authentication = {
      type                           = "UserAssignedIdentity"
      userAssignedIdentityResourceId = azurerm_user_assigned_identity.server.id
    }
  }

  app_config = {
    runtime = {
      name    = "node"
      version = var.node_version
    }
    scaleAndConcurrency = merge(
      {
        instanceMemoryMB     = var.memory_mib
        maximumInstanceCount = var.max_instances
      },
      var.min_instances == 0 ? {} : { alwaysReady = [{ name = "http", instanceCount = var.min_instances }] },
      var.concurrency == null ? {} : { triggers = { http = { perInstanceConcurrency = var.concurrency } } },
    )
    # Instances of the last version finish what they have while new ones start. Without it, each new version and setting ends
    # them all at once ("Site update strategies in Flex Consumption").
    siteUpdateStrategy = {
      type = "RollingUpdate"
    }
  }

  # appSettings come on top. `func azure functionapp publish` changes none of them on this plan; Azure does not tell them, so
  # nothing is undone.
  site_config = {
    minTlsVersion    = "1.2"
    scmMinTlsVersion = "1.2"
  }

  host = azapi_resource.server.output.properties.defaultHostName

  # Besides the server's environment, what the platform wants to know. Flex Consumption sets FUNCTIONS_EXTENSION_VERSION and
  # the rest by itself, and refuses WEBSITE_RUN_FROM_PACKAGE ("App settings reference", Flex Consumption plan deprecations).
  app_settings = merge(
    local.server_environment,
    {
      # "Connecting to host storage with an identity". The account's name rather than URIs of its services, with which the
      # host sometimes fails to start (azure-functions-host#11787).
      AzureWebJobsStorage__accountName = azurerm_storage_account.server.name
      AzureWebJobsStorage__credential  = "managedidentity"
      AzureWebJobsStorage__clientId    = azurerm_user_assigned_identity.server.client_id

      # An address, and no secret: without local authentication, its instrumentation key lets nobody in.
      APPLICATIONINSIGHTS_CONNECTION_STRING     = azapi_resource.insights.output.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "ClientId=${azurerm_user_assigned_identity.server.client_id};Authorization=AAD"
    },
    local.caller_settings,
    # In place of host.json's, also for the server (adapters/azure/function-timeout.ts).
    { AzureFunctionsJobHost__functionTimeout = format("%02d:%02d:%02d", floor(var.timeout_seconds / 3600), floor(var.timeout_seconds / 60) % 60, var.timeout_seconds % 60) },
  )
}
