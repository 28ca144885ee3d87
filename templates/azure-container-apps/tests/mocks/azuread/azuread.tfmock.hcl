mock_resource "azuread_application_registration" {
  defaults = {
    id        = "/applications/55555555-5555-5555-5555-555555555555"
    client_id = "44444444-4444-4444-4444-444444444444"
  }
}
