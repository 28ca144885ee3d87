# One type for every kind of resource: what each of them tells is told by all.
mock_resource "azapi_resource" {
  defaults = {
    id = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Web/sites/notes-abc123"
    output = {
      properties = {
        defaultHostName            = "notes-abc123.azurewebsites.net"
        customDomainVerificationId = "C0FFEE"
        thumbprint                 = "AABBCC"
        ConnectionString           = "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/"
      }
    }
  }
}
