# With gateway.candidate: a second function app of the same identity, table and keys, between which and the first API Management
# shares requests. `mcp-anycloud deploy azure` brings a version to the one that nobody reaches, and shifts the traffic.
resource "azurerm_service_plan" "second" {
  count = local.has_second ? 1 : 0

  name                = "${var.name}-b"
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  os_type             = "Linux"
  sku_name            = "FC1"
  tags                = local.tags
}

resource "azurerm_storage_container" "second" {
  count = local.has_second ? 1 : 0

  name                  = "package-b"
  storage_account_id    = azurerm_storage_account.server.id
  container_access_type = "private"
}

# Whichever app took a call works on its task: a version gets no jobs of another one.
resource "azurerm_storage_queue" "second" {
  count = local.has_second && var.tasks ? 1 : 0

  name               = "mcp-tasks-b"
  storage_account_id = azurerm_storage_account.server.id
}

resource "azapi_resource" "second" {
  count = local.has_second ? 1 : 0

  type = "Microsoft.Web/sites@2024-11-01"
  # Of 32 characters at most, as main.tf says.
  name      = "${local.unique_name}b"
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
      serverFarmId      = azurerm_service_plan.second[0].id
      functionAppConfig = merge(local.app_config, { deployment = { storage = merge(local.package_storage, { value = local.package_urls[1] }) } })
      siteConfig        = merge(local.site_config, { appSettings = [for name, value in local.second_settings : { name = name, value = value }] })
    })
  }

  ignore_casing          = true
  response_export_values = ["properties.defaultHostName"]

  depends_on = [azurerm_role_assignment.server, azapi_resource_action.key_ring]
}

resource "azapi_update_resource" "second_no_basic_auth" {
  for_each = toset(local.has_second ? ["ftp", "scm"] : [])

  type      = "Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01"
  name      = each.key
  parent_id = azapi_resource.second[0].id
  body      = { properties = { allow = false } }
  locks     = [azapi_resource.second[0].id]

  response_export_values = []
}

# It lets in whom the first one does (callers.tf).
resource "azapi_update_resource" "second_auth" {
  count = local.has_second ? 1 : 0

  type      = "Microsoft.Web/sites/config@2024-11-01"
  name      = "authsettingsV2"
  parent_id = azapi_resource.second[0].id
  body      = azapi_update_resource.auth.body
  locks     = [azapi_resource.second[0].id]

  response_export_values = []
}

# The apps, as API Management knows them: by their names, for which cli/release/clouds/azure-pool.ts looks.
resource "azapi_resource" "backend" {
  for_each = toset(local.has_second ? ["first", "second"] : [])

  type      = "Microsoft.ApiManagement/service/backends@2024-05-01"
  name      = local.app_names[each.key]
  parent_id = azurerm_api_management.server[0].id
  body = {
    properties = {
      type     = "Single"
      protocol = "http"
      url      = "https://${local.app_hosts[each.key]}"
    }
  }

  response_export_values = []
}

# Which app gets how many of 100 requests, and what lies beside it. From here on this is the deploying tool's to change. Backends
# of a pool have no affinity of sessions unless it is asked for: the table has the sessions.
resource "azapi_resource" "pool" {
  count = local.has_second ? 1 : 0

  type      = "Microsoft.ApiManagement/service/backends@2024-05-01"
  name      = "mcp"
  parent_id = azurerm_api_management.server[0].id
  body = {
    properties = {
      type        = "Pool"
      description = "unreleased"
      pool        = { services = [{ id = azapi_resource.backend["first"].id, priority = 1, weight = 100 }] }
    }
  }
  # The schema asks for url and protocol, which the service refuses for a pool (Azure/azure-rest-api-specs#35713).
  schema_validation_enabled = false

  response_export_values = []

  lifecycle {
    ignore_changes = [body]
  }
}

# Each operation sends its requests to the pool. Not the policy of the API: Terraform would take the pool away before it changed that,
# and calls would fail meanwhile. These go before the pool does, and requests reach the first app as without them.
resource "azurerm_api_management_api_operation_policy" "shared" {
  for_each = local.has_second ? azurerm_api_management_api_operation.server : {}

  operation_id        = each.value.operation_id
  api_name            = azurerm_api_management_api.server[0].name
  api_management_name = azurerm_api_management.server[0].name
  resource_group_name = azurerm_resource_group.server.name
  xml_content         = <<-EOT
    <policies>
      <inbound>
        <base />
        <set-backend-service backend-id="${azapi_resource.pool[0].name}" />
      </inbound>
      <backend><base /></backend>
      <outbound><base /></outbound>
      <on-error><base /></on-error>
    </policies>
  EOT
}

locals {
  has_second = try(var.gateway.candidate, false)
  app_names  = { first = azapi_resource.server.name, second = one(azapi_resource.second[*].name) }
  app_hosts  = { first = local.host, second = one(azapi_resource.second[*].output.properties.defaultHostName) }

  second_settings = merge(local.app_settings, { for queue in azurerm_storage_queue.second : "MCP_ANYCLOUD_STORAGE_QUEUE" => queue.name })
}
