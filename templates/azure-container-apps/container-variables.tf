variable "auth" {
  # No default: who may call is never decided by leaving something out.
  description = "Who may call. \"public\": whoever finds the address. \"jwt\": only who has a token of the issuers in tokens, which the server verifies itself."
  type        = string

  validation {
    condition     = contains(["public", "jwt"], var.auth)
    error_message = "auth must be \"public\" (whoever finds the address may call) or \"jwt\" (only who has a token of your issuers, such as Entra): the image knows nothing of the authentication of Container Apps."
  }
}

variable "image" {
  description = "The image of `mcp-anycloud build --target container` in your registry, by its digest: what was tested is what runs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9.:-]+/[a-z0-9._/-]+(:[A-Za-z0-9._-]+)?@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image must name registry, repository and digest, such as registry.example.com/notes@sha256:…: your builder prints the digest as it pushes."
  }
}

variable "custom_domain" {
  description = <<-EOT
    A name of your own, below a zone; the endpoint then serves no other host. certificate: id of a certificate's secret in a
    Key Vault of this subscription. zone: id of the Azure DNS zone for the records (default: you write the records yourself,
    before).
  EOT
  type = object({
    name        = string
    certificate = optional(string)
    zone        = optional(string)
  })
  default = null

  validation {
    condition     = try(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z][a-z0-9-]*[a-z0-9]$", var.custom_domain.name)[0] != "", var.custom_domain == null)
    error_message = "custom_domain.name must be a lower-case host name without scheme, port or path, such as mcp.example.com."
  }
  validation {
    condition     = try(regex("^https://[a-z0-9-]+[.]vault[.]azure[.]net/(secrets|certificates)/[A-Za-z0-9-]+(/[0-9a-f]{32})?$", var.custom_domain.certificate)[0] != "", var.custom_domain == null)
    error_message = "custom_domain.certificate must be the id of a certificate's secret in a Key Vault, https://<vault>.vault.azure.net/secrets/<name>."
  }
  validation {
    # The name is reached by CNAME, which cannot stand at the root of a zone.
    condition     = try(endswith(var.custom_domain.name, ".${regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft[.]Network/dns[zZ]ones/([^/]+)$", var.custom_domain.zone)[0]}"), try(var.custom_domain.zone, null) == null)
    error_message = "custom_domain.zone must be the id of an Azure DNS zone that the name lies in, /subscriptions/…/providers/Microsoft.Network/dnsZones/…."
  }
}

variable "redis" {
  description = <<-EOT
    A Redis or Valkey server that you have, for session_store = "redis". url_secret: id of the secret that holds its URL,
    rediss://user:password@host:6380/0, in a Key Vault of this subscription. subnet: id of a subnet that is delegated to
    Microsoft.App/environments, to reach it (default: none).
  EOT
  type = object({
    url_secret = string
    subnet     = optional(string)
  })
  default = null

  validation {
    condition     = (var.redis != null) == (var.session_store == "redis")
    error_message = "redis says where the server of session_store = \"redis\" is: set both, or neither."
  }
  validation {
    condition     = try(regex("^https://[a-z0-9-]+[.]vault[.]azure[.]net/secrets/[A-Za-z0-9-]+$", var.redis.url_secret) != "", var.redis == null)
    error_message = "redis.url_secret must be the id of a Key Vault's secret, https://<vault>.vault.azure.net/secrets/<name>, that holds rediss://user:password@host:6380/0."
  }
  validation {
    condition     = try(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft[.]Network/virtualNetworks/[^/]+/subnets/[^/]+$", var.redis.subnet) != "", try(var.redis.subnet, null) == null)
    error_message = "redis.subnet must be the id of a subnet, /subscriptions/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…."
  }
}

variable "max_instances" {
  description = "Most replicas at a time, each of which serves as many requests and streams as concurrency says: a limit of what a flood can cost."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 1000 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances must be a whole number from 1 to 1000."
  }
}

variable "min_instances" {
  description = "Instances that are kept ready while nobody calls, and cost as long as they are. 0: none, and the first call waits for a start."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= 1000 && floor(var.min_instances) == var.min_instances
    error_message = "min_instances must be a whole number from 0 to 1000."
  }
  validation {
    condition     = var.min_instances <= coalesce(var.max_instances, 1000)
    error_message = "min_instances must not be more than max_instances."
  }
}

variable "memory_mib" {
  description = "Memory of an instance in MiB, and with it the share of a processor."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = contains([512, 1024, 2048, 4096, 8192], var.memory_mib)
    error_message = "memory_mib must be 512, 1024, 2048, 4096 or 8192, with which Container Apps gives a quarter of a processor to four."
  }
}

variable "timeout_seconds" {
  description = "Longest time of a request or stream in seconds."
  type        = number
  default     = 240
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 5 && var.timeout_seconds <= 240 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 5 to 240, after which the ingress of Container Apps ends a request."
  }
}

variable "concurrency" {
  description = "Requests and streams of an instance in flight at a time, above which another one is started."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency must be a whole number from 1 to 1000."
  }
}

variable "log_retention_days" {
  description = "Days for which log lines are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    # "Manage data retention in a Log Analytics workspace".
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730 && floor(var.log_retention_days) == var.log_retention_days
    error_message = "log_retention_days must be a whole number from 30 to 730."
  }
}

variable "trusted_proxies" {
  description = "Proxies in front of the server that append who called them to X-Forwarded-For, by which clients without a token are counted. 1: the ingress of Container Apps. More only for proxies of yours before it that nobody can go around."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.trusted_proxies >= 0 && var.trusted_proxies <= 10 && floor(var.trusted_proxies) == var.trusted_proxies
    error_message = "trusted_proxies must be a whole number from 0 to 10."
  }
}
