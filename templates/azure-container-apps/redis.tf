# Written by `npm run generate` from templates/azure/redis.tf: change that, not this file.

# The vault of a Redis server's URL, of which the secret's id names the vault only.
data "azurerm_resources" "redis_vault" {
  for_each = { for secret in var.redis[*].url_secret : "redis" => split(".", split("/", secret)[2])[0] }

  type = "Microsoft.KeyVault/vaults"
  name = each.value

  lifecycle {
    postcondition {
      condition     = length(self.resources) == 1
      error_message = "redis.url_secret must be in a vault of this subscription: there is none of the name ${each.value}."
    }
  }
}

locals {
  # The identity may read this one secret.
  redis_roles = {
    for name, vault in data.azurerm_resources.redis_vault : name => {
      scope = "${vault.resources[0].id}/secrets/${basename(var.redis.url_secret)}"
      role  = "Key Vault Secrets User"
    }
  }
}
