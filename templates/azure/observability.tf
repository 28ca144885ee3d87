# Where log lines, requests and metrics go. Nobody sends with a key: the server's identity has a role.
resource "azurerm_log_analytics_workspace" "server" {
  name                         = local.unique_name
  resource_group_name          = azurerm_resource_group.server.name
  location                     = azurerm_resource_group.server.location
  sku                          = "PerGB2018"
  retention_in_days            = var.log_retention_days
  local_authentication_enabled = false
  tags                         = local.tags
}

resource "azurerm_application_insights" "server" {
  name                          = var.name
  resource_group_name           = azurerm_resource_group.server.name
  location                      = azurerm_resource_group.server.location
  workspace_id                  = azurerm_log_analytics_workspace.server.id
  application_type              = "web"
  retention_in_days             = var.log_retention_days
  local_authentication_disabled = true
  tags                          = local.tags
}

locals {
  # The lines that src/http/request-log.ts writes, as the Functions host hands them on. Where there are many, the host keeps a sample, and
  # itemCount says for how many lines one stands (host.json, samplingSettings).
  request_lines = <<-EOT
    traces
    | where message startswith "{" and message has "\"message\":\"request\""
    | extend line = parse_json(message)
    | extend status = toint(line.status), outcome = tostring(line.outcome), mcpMethod = tostring(line.mcpMethod), mcpName = tostring(line.mcpName), durationMs = todouble(line.durationMs)
  EOT
}
