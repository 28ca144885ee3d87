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

run "name_with_a_zone_and_azures_certificate" {
  variables {
    custom_domain = {
      name = "mcp.notes.example.com"
      zone = "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com"
    }
  }
  assert {
    condition     = output.mcp_url == "https://mcp.notes.example.com/mcp" && local.server_environment.MCP_ANYCLOUD_ALLOWED_HOSTS == "mcp.notes.example.com"
    error_message = "Clients must use the name, and the server must know no other."
  }
  assert {
    condition     = azurerm_dns_cname_record.server["server"].name == "mcp.notes" && azurerm_dns_cname_record.server["server"].zone_name == "example.com" && azurerm_dns_cname_record.server["server"].resource_group_name == "dns" && azurerm_dns_cname_record.server["server"].record == "notes-abc123.azurewebsites.net"
    error_message = "The name must lead to the function app."
  }
  assert {
    condition     = azurerm_dns_txt_record.server["server"].name == "asuid.mcp.notes" && one(azurerm_dns_txt_record.server["server"].record[*].value) == "C0FFEE"
    error_message = "App Service must find the proof that the name is yours."
  }
  assert {
    condition     = azurerm_app_service_custom_hostname_binding.server[0].hostname == "mcp.notes.example.com" && azurerm_app_service_custom_hostname_binding.server[0].app_service_name == "notes-abc123"
    error_message = "The function app must answer under the name."
  }
  assert {
    condition     = azapi_resource.certificate[0].body == { properties = { canonicalName = "mcp.notes.example.com" } } && azapi_resource.certificate[0].parent_id == azapi_resource.server.id
    error_message = "Azure must make a certificate for the name: ${jsonencode(azapi_resource.certificate[0].body)}"
  }
  assert {
    condition     = azapi_update_resource.tls[0].body == { properties = { sslState = "SniEnabled", thumbprint = "AABBCC" } } && azapi_update_resource.tls[0].name == "mcp.notes.example.com"
    error_message = "The name must be served with the certificate."
  }
  assert {
    condition     = azapi_resource_action.no_tls[0].when == "destroy" && azapi_resource_action.no_tls[0].body.properties.sslState == "Disabled" && azapi_resource_action.no_tls[0].resource_id == "${azapi_resource.server.id}/hostNameBindings/mcp.notes.example.com"
    error_message = "A certificate in use cannot be deleted, so the name must go without it first."
  }
}

run "name_without_a_zone_and_with_your_certificate" {
  variables {
    custom_domain = {
      name        = "mcp.example.com"
      certificate = "https://certs.vault.azure.net/secrets/mcp-example-com"
    }
  }
  assert {
    condition     = length(azurerm_dns_cname_record.server) == 0 && length(azurerm_dns_txt_record.server) == 0
    error_message = "Without a zone the records are yours to write."
  }
  assert {
    condition     = data.azurerm_resources.vault["server"].name == "certs" && data.azurerm_resources.vault["server"].type == "Microsoft.KeyVault/vaults"
    error_message = "The vault must be looked up by the name in its address."
  }
  assert {
    condition = azapi_resource.certificate[0].body == {
      properties = {
        keyVaultId         = "/subscriptions/s/resourceGroups/certs/providers/Microsoft.KeyVault/vaults/certs"
        keyVaultSecretName = "mcp-example-com"
      }
    }
    error_message = "The certificate must be the one in the vault: ${jsonencode(azapi_resource.certificate[0].body)}"
  }
}
