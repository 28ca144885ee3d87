mock_data "azurerm_client_config" {
  defaults = {
    tenant_id = "11111111-1111-1111-1111-111111111111"
  }
}

mock_data "azurerm_resources" {
  defaults = {
    resources = [{ id = "/subscriptions/s/resourceGroups/certs/providers/Microsoft.KeyVault/vaults/certs" }]
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
    id                    = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Storage/storageAccounts/notesabc123"
    primary_blob_endpoint = "https://notesabc123.blob.core.windows.net/"
  }
}

mock_resource "azurerm_key_vault" {
  defaults = {
    id        = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.KeyVault/vaults/notesabc123"
    vault_uri = "https://notesabc123.vault.azure.net/"
  }
}

mock_resource "azurerm_application_insights_workbook" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Insights/workbooks/66666666-6666-6666-6666-666666666666"
  }
}

mock_resource "azurerm_api_management" {
  defaults = {
    gateway_url = "https://notes-abc123.azure-api.net"
  }
}
