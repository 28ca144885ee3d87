# A custom domain. Flex Consumption accepts names by CNAME, and has certificates that belong to the site, which azurerm does
# not know (hashicorp/terraform-provider-azurerm#31884).
resource "azurerm_dns_cname_record" "server" {
  for_each = local.zones

  name                = each.value.record
  zone_name           = each.value.name
  resource_group_name = each.value.group
  ttl                 = 300
  record              = local.host
  tags                = local.tags
}

# "Map a custom domain": by which App Service sees that the name is yours.
resource "azurerm_dns_txt_record" "server" {
  for_each = local.zones

  name                = "asuid.${each.value.record}"
  zone_name           = each.value.name
  resource_group_name = each.value.group
  ttl                 = 300
  tags                = local.tags

  record {
    value = azapi_resource.server.output.properties.customDomainVerificationId
  }
}

resource "azurerm_app_service_custom_hostname_binding" "server" {
  count = var.custom_domain == null ? 0 : 1

  hostname            = var.custom_domain.name
  app_service_name    = azapi_resource.server.name
  resource_group_name = azurerm_resource_group.server.name

  lifecycle {
    # Below, once there is a certificate.
    ignore_changes = [ssl_state, thumbprint]
  }

  depends_on = [
    azurerm_dns_cname_record.server, azurerm_dns_txt_record.server,
    # One change of an app at a time: these hold locks that this resource does not know.
    azapi_update_resource.auth, azapi_update_resource.no_basic_auth,
  ]
}

# The vault's id, of which the certificate's names the vault only.
data "azurerm_resources" "vault" {
  for_each = local.certificates

  type = "Microsoft.KeyVault/vaults"
  name = each.value.vault

  lifecycle {
    postcondition {
      condition     = length(self.resources) == 1
      error_message = "custom_domain.certificate must be in a vault of this subscription: there is none of the name ${each.value.vault}."
    }
  }
}

# Yours from a vault that App Service may read, or one that Azure makes and renews.
resource "azapi_resource" "certificate" {
  count = var.custom_domain == null ? 0 : 1

  type      = "Microsoft.Web/sites/certificates@2024-11-01"
  name      = replace(var.custom_domain.name, ".", "-")
  parent_id = azapi_resource.server.id
  location  = azurerm_resource_group.server.location
  tags      = local.tags
  body = {
    properties = merge(
      { for key, value in { canonicalName = var.custom_domain.name } : key => value if length(local.certificates) == 0 },
      { for certificate in local.certificates : "keyVaultId" => data.azurerm_resources.vault["server"].resources[0].id },
      { for certificate in local.certificates : "keyVaultSecretName" => certificate.secret },
    )
  }
  locks = [azapi_resource.server.id]

  response_export_values = ["properties.thumbprint"]

  depends_on = [azurerm_app_service_custom_hostname_binding.server]
}

resource "azapi_update_resource" "tls" {
  count = var.custom_domain == null ? 0 : 1

  type      = "Microsoft.Web/sites/hostNameBindings@2024-11-01"
  name      = azurerm_app_service_custom_hostname_binding.server[0].hostname
  parent_id = azapi_resource.server.id
  body = {
    properties = {
      sslState   = "SniEnabled"
      thumbprint = try(azapi_resource.certificate[0].output.properties.thumbprint, null)
    }
  }
  locks = [azapi_resource.server.id]

  response_export_values = []

  lifecycle {
    precondition {
      condition     = can(azapi_resource.certificate[0].output.properties.thumbprint)
      error_message = "custom_domain has no certificate yet, which takes Azure some minutes: apply again."
    }
  }
}

# A certificate that a name is served with is not deleted ("Cannot remove certificate … because it is used for hostname"), and
# what is only updated above is not taken back by itself: first the name goes without.
resource "azapi_resource_action" "no_tls" {
  count = var.custom_domain == null ? 0 : 1

  type        = "Microsoft.Web/sites/hostNameBindings@2024-11-01"
  resource_id = "${azapi_resource.server.id}/hostNameBindings/${azurerm_app_service_custom_hostname_binding.server[0].hostname}"
  method      = "PUT"
  when        = "destroy"
  body        = { properties = { siteName = azapi_resource.server.name, sslState = "Disabled" } }
  locks       = [azapi_resource.server.id]

  response_export_values = []

  depends_on = [azapi_resource.certificate]
}

locals {
  zones = {
    for id in compact([try(var.custom_domain.zone, null)]) : "server" => {
      name   = split("/", id)[8]
      group  = split("/", id)[4]
      record = trimsuffix(var.custom_domain.name, ".${split("/", id)[8]}")
    }
  }

  # https://<vault>.vault.azure.net/secrets/<name>[/<version>]
  certificates = {
    for id in compact([try(var.custom_domain.certificate, null)]) : "server" => {
      vault  = split(".", split("/", id)[2])[0]
      secret = split("/", id)[4]
    }
  }
}
