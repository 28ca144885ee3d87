mock_data "azurerm_client_config" {
  defaults = {
    tenant_id = "11111111-1111-1111-1111-111111111111"
  }
}

mock_data "azurerm_resources" {
  defaults = {
    resources = [{ id = "/subscriptions/s/resourceGroups/shared/providers/Some.Kind/things/one" }]
  }
}

mock_resource "azurerm_resource_group" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes"
  }
}

mock_resource "azurerm_user_assigned_identity" {
  defaults = {
    id           = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.ManagedIdentity/userAssignedIdentities/notes"
    client_id    = "22222222-2222-2222-2222-222222222222"
    principal_id = "33333333-3333-3333-3333-333333333333"
  }
}

mock_resource "azurerm_storage_account" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Storage/storageAccounts/notesabc123"
  }
}

mock_resource "azurerm_key_vault" {
  defaults = {
    id        = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.KeyVault/vaults/notesabc123"
    vault_uri = "https://notesabc123.vault.azure.net/"
  }
}

mock_resource "azurerm_log_analytics_workspace" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.OperationalInsights/workspaces/notes-abc123"
  }
}

mock_resource "azurerm_application_insights_workbook" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Insights/workbooks/66666666-6666-6666-6666-666666666666"
  }
}

mock_resource "azurerm_container_app_environment" {
  defaults = {
    id             = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.App/managedEnvironments/notes"
    default_domain = "bluesea-1.westeurope.azurecontainerapps.io"
  }
}

mock_resource "azurerm_container_app" {
  defaults = {
    id                            = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.App/containerApps/notes"
    custom_domain_verification_id = "C0FFEE"
  }
}

mock_resource "azurerm_container_app_environment_certificate" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.App/managedEnvironments/notes/certificates/mcp-example-com"
  }
}
