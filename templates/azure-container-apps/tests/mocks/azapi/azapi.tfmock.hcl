mock_resource "azapi_resource" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Storage/storageAccounts/notesabc123/tableServices/default/tables/mcp"
  }
}

mock_resource "azapi_resource_action" {
  defaults = {
    output = {
      properties = {
        secretUri            = "https://notesabc123.vault.azure.net/secrets/state-keys"
        secretUriWithVersion = "https://notesabc123.vault.azure.net/secrets/state-keys/0123456789abcdef0123456789abcdef"
      }
    }
  }
}
