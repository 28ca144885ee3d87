mock_provider "aws" {
  source = "./tests/mocks/aws"
}
mock_provider "azapi" {
  source = "./tests/mocks/azapi"
}
mock_provider "azuread" {
  source = "./tests/mocks/azuread"
}
mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}
mock_provider "random" {
  source = "./tests/mocks/random"
}

variables {
  name   = "notes"
  region = "westeurope"
  auth   = "public"
}

run "iam" {
  variables {
    auth = "iam"
  }
  assert {
    condition = azapi_update_resource.auth.body.properties == {
      platform         = { enabled = true }
      globalValidation = { requireAuthentication = true, unauthenticatedClientAction = "Return401", excludedPaths = ["/health"] }
      httpSettings     = { requireHttps = true }
      identityProviders = {
        azureActiveDirectory = {
          enabled = true
          registration = {
            clientId     = "44444444-4444-4444-4444-444444444444"
            openIdIssuer = "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0"
          }
          validation = { allowedAudiences = tolist(["44444444-4444-4444-4444-444444444444", "api://44444444-4444-4444-4444-444444444444"]) }
        }
      }
      login = { tokenStore = { enabled = false } }
    }
    error_message = "Whoever has no token of this tenant for this server must get a 401: ${jsonencode(azapi_update_resource.auth.body.properties)}"
  }
  assert {
    condition     = azuread_service_principal.callers[0].app_role_assignment_required
    error_message = "Entra must give tokens to those only who have the role."
  }
  assert {
    condition     = azuread_application_registration.callers[0].requested_access_token_version == 2 && azuread_application_registration.callers[0].sign_in_audience == "AzureADMyOrg"
    error_message = "Tokens must be of version 2.0, which the issuer is for, and of this tenant."
  }
  assert {
    condition     = toset(azuread_application_app_role.call[0].allowed_member_types) == toset(["Application", "User"]) && azuread_application_permission_scope.call[0].value == "user_impersonation"
    error_message = "Users, groups and applications can have the role; clients ask for the scope."
  }
  assert {
    condition     = local.app_settings.WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES == "api://44444444-4444-4444-4444-444444444444/user_impersonation"
    error_message = "Clients must be told which scope to ask for."
  }
}
