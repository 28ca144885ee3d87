mock_resource "azapi_resource" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Storage/storageAccounts/notesabc123/tableServices/default/tables/mcp"
  }
}
