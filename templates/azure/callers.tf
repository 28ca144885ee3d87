# Decides who may call. With auth = "iam", App Service Authentication asks for a token of Entra's before the server is called, for this
# registration, from somebody who has been given its role. There is no secret: the app signs nobody in.
resource "azuread_application_registration" "callers" {
  count = local.asks_entra ? 1 : 0

  display_name                   = "${local.unique_name} callers"
  description                    = "Whoever has a role in it may call the MCP server"
  sign_in_audience               = "AzureADMyOrg"
  requested_access_token_version = 2
}

resource "azuread_application_identifier_uri" "callers" {
  count = local.asks_entra ? 1 : 0

  application_id = azuread_application_registration.callers[0].id
  identifier_uri = "api://${azuread_application_registration.callers[0].client_id}"
}

resource "random_uuid" "call" {
  for_each = toset(local.asks_entra ? ["role", "scope"] : [])
}

resource "azuread_application_app_role" "call" {
  count = local.asks_entra ? 1 : 0

  application_id       = azuread_application_registration.callers[0].id
  role_id              = random_uuid.call["role"].result
  allowed_member_types = ["Application", "User"]
  display_name         = "Call the MCP server"
  description          = "May call every tool of the MCP server"
  value                = "call"
}

# The permission that a client asks for in the name of its user.
resource "azuread_application_permission_scope" "call" {
  count = local.asks_entra ? 1 : 0

  application_id             = azuread_application_registration.callers[0].id
  scope_id                   = random_uuid.call["scope"].result
  type                       = "User"
  value                      = "user_impersonation"
  admin_consent_display_name = "Call the MCP server"
  admin_consent_description  = "Call the MCP server as the signed-in user, who needs the role for it."
}

resource "azuread_service_principal" "callers" {
  count = local.asks_entra ? 1 : 0

  client_id   = azuread_application_registration.callers[0].client_id
  description = "Whoever has a role in it may call the MCP server"
  # Otherwise every application of the tenant would get a token.
  app_role_assignment_required = true
}

# Made in both cases: a server that becomes public must also stop to ask.
resource "azapi_update_resource" "auth" {
  type      = "Microsoft.Web/sites/config@2024-11-01"
  name      = "authsettingsV2"
  parent_id = azapi_resource.server.id
  body      = { properties = { iam = local.entra_auth, jwt = local.no_auth, public = local.no_auth }[var.auth] }
  locks     = [azapi_resource.server.id]

  response_export_values = []
}

locals {
  asks_entra      = var.auth == "iam"
  callers_id      = one(azuread_application_registration.callers[*].client_id)
  callers_uri     = one(azuread_application_identifier_uri.callers[*].identifier_uri)
  caller_settings = local.asks_entra ? { WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES = "${local.callers_uri}/user_impersonation" } : {}

  entra_auth = {
    platform         = { enabled = true }
    globalValidation = { requireAuthentication = true, unauthenticatedClientAction = "Return401", excludedPaths = ["/health"] }
    httpSettings     = { requireHttps = true }
    identityProviders = {
      azureActiveDirectory = {
        enabled = true
        registration = {
          clientId     = local.callers_id
          openIdIssuer = "https://login.microsoftonline.com/${data.azurerm_client_config.current.tenant_id}/v2.0"
        }
        validation = { allowedAudiences = compact([local.callers_id, local.callers_uri]) }
      }
    }
    login = { tokenStore = { enabled = false } }
  }

  no_auth = {
    platform         = { enabled = false }
    globalValidation = { requireAuthentication = false, unauthenticatedClientAction = "AllowAnonymous" }
  }
}
