# API Management in front of the function app, which stays reachable under its own name. With a fixed monthly price, so it is
# opt-in. All headers of a request pass as they are, Authorization, Origin and Mcp-* among them.
resource "azurerm_api_management" "server" {
  count = var.gateway == null ? 0 : 1

  name                = local.unique_name
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  publisher_name      = var.gateway.publisher_name
  publisher_email     = var.gateway.publisher_email
  sku_name            = var.gateway.sku
  tags                = local.tags
}

resource "azurerm_api_management_api" "server" {
  count = var.gateway == null ? 0 : 1

  name                  = "mcp"
  api_management_name   = azurerm_api_management.server[0].name
  resource_group_name   = azurerm_resource_group.server.name
  display_name          = "MCP server"
  revision              = "1"
  protocols             = ["https"]
  path                  = ""
  service_url           = "https://${local.host}"
  subscription_required = false
}

# The server answers every path and method itself, preflights too.
resource "azurerm_api_management_api_operation" "server" {
  for_each = toset(var.gateway == null ? [] : ["DELETE", "GET", "HEAD", "OPTIONS", "POST"])

  operation_id        = lower(each.key)
  api_name            = azurerm_api_management_api.server[0].name
  api_management_name = azurerm_api_management.server[0].name
  resource_group_name = azurerm_resource_group.server.name
  display_name        = each.key
  method              = each.key
  url_template        = "/*"
}

# "Configure API for server-sent events": nothing is buffered, neither by this nor by a log of bodies, which there is none of.
# All callers together are limited, as on AWS ("rate-limit-by-key"). The timeout is for the head of an answer; more than 240 seconds are not honoured ("forward-request").
resource "azurerm_api_management_api_policy" "server" {
  count = var.gateway == null ? 0 : 1

  api_name            = azurerm_api_management_api.server[0].name
  api_management_name = azurerm_api_management.server[0].name
  resource_group_name = azurerm_resource_group.server.name
  xml_content         = <<-EOT
    <policies>
      <inbound>
        <base />
        <rate-limit-by-key calls="${var.gateway.throttle_rate * 10}" renewal-period="10" counter-key="all" />
      </inbound>
      <backend><forward-request timeout="240" buffer-request-body="false" buffer-response="false" /></backend>
      <outbound><base /></outbound>
      <on-error><base /></on-error>
    </policies>
  EOT
}
