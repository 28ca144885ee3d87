# A custom domain, with a certificate of yours from a vault that the app's identity is let into.
resource "azurerm_dns_cname_record" "server" {
  for_each = local.zones

  name                = each.value.record
  zone_name           = each.value.name
  resource_group_name = each.value.group
  ttl                 = 300
  record              = local.host
  tags                = local.tags
}

# "Custom domain names" of Container Apps: by which Azure sees that the name is yours.
resource "azurerm_dns_txt_record" "server" {
  for_each = local.zones

  name                = "asuid.${each.value.record}"
  zone_name           = each.value.name
  resource_group_name = each.value.group
  ttl                 = 300
  tags                = local.tags

  record {
    value = azurerm_container_app.server.custom_domain_verification_id
  }
}

# The vault's id, of which the certificate's names the vault only.
data "azurerm_resources" "vault" {
  for_each = local.certificates

  type = "Microsoft.KeyVault/vaults"
  name = each.value

  lifecycle {
    postcondition {
      condition     = length(self.resources) == 1
      error_message = "custom_domain.certificate must be in a vault of this subscription: there is none of the name ${each.value}."
    }
  }
}

resource "azurerm_container_app_environment_certificate" "server" {
  count = var.custom_domain == null ? 0 : 1

  name                         = replace(var.custom_domain.name, ".", "-")
  container_app_environment_id = azurerm_container_app_environment.server.id
  tags                         = local.tags

  certificate_key_vault {
    identity            = azurerm_user_assigned_identity.server.id
    key_vault_secret_id = var.custom_domain.certificate
  }

  depends_on = [azurerm_role_assignment.server]
}

resource "azurerm_container_app_custom_domain" "server" {
  count = var.custom_domain == null ? 0 : 1

  name                                     = var.custom_domain.name
  container_app_id                         = azurerm_container_app.server.id
  container_app_environment_certificate_id = azurerm_container_app_environment_certificate.server[0].id
  certificate_binding_type                 = "SniEnabled"

  depends_on = [azurerm_dns_cname_record.server, azurerm_dns_txt_record.server]
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
  certificates = { for id in compact([try(var.custom_domain.certificate, null)]) : "server" => split(".", split("/", id)[2])[0] }
}
