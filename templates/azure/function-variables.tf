variable "auth" {
  # No default: who may call is never decided by leaving something out.
  description = "Who may call. \"public\": whoever finds the address. \"iam\": only who Azure lets in (Microsoft Entra, through App Service Authentication). \"jwt\": only who has a token of the issuers in tokens, which the server verifies itself."
  type        = string

  validation {
    condition     = contains(["public", "iam", "jwt"], var.auth)
    error_message = "auth must be \"public\" (whoever finds the address may call), \"iam\" (only who the cloud lets in) or \"jwt\" (only who has a token of your issuers)."
  }
}

variable "tasks" {
  description = <<-EOT
    For a server that is defined with tasks (docs/tasks.md): makes what brings their jobs to a worker after the request, with
    alarms on jobs that wait or fail. Default: false.
  EOT
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.tasks || var.session_store != "none"
    error_message = "tasks are kept in the store: leave session_store out."
  }
}

variable "custom_domain" {
  description = <<-EOT
    A name of your own, below a zone; the endpoint then serves no other host. certificate: id of a certificate's secret in a
    Key Vault of this subscription (default: Azure makes one). zone: id of the Azure DNS zone for the records (default: you
    write the records yourself).
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
    condition     = try(regex("^https://[a-z0-9-]+[.]vault[.]azure[.]net/(secrets|certificates)/[A-Za-z0-9-]+(/[0-9a-f]{32})?$", var.custom_domain.certificate)[0] != "", try(var.custom_domain.certificate, null) == null)
    error_message = "custom_domain.certificate must be the id of a certificate's secret in a Key Vault, https://<vault>.vault.azure.net/secrets/<name>."
  }
  validation {
    # A function app on Flex Consumption is reached by CNAME, which cannot stand at the root of a zone.
    condition     = try(endswith(var.custom_domain.name, ".${regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft[.]Network/dns[zZ]ones/([^/]+)$", var.custom_domain.zone)[0]}"), try(var.custom_domain.zone, null) == null)
    error_message = "custom_domain.zone must be the id of an Azure DNS zone that the name lies in, /subscriptions/…/providers/Microsoft.Network/dnsZones/…."
  }
  validation {
    condition     = var.custom_domain == null || var.gateway == null
    error_message = "custom_domain is the function app's: leave the gateway out, or give API Management a name of its own in the portal."
  }
}

variable "gateway" {
  description = <<-EOT
    API Management in front, which is told who publishes it: at most throttle_rate requests a second, in ten seconds and
    from all callers together. It has a fixed price, about $150 a month for the default sku, one that streams. candidate: makes
    a second function app, so that a new version gets a share of the requests first (default false). null: none, and clients
    connect to the function app.
  EOT
  type = object({
    publisher_name  = string
    publisher_email = string
    sku             = optional(string, "BasicV2_1")
    throttle_rate   = optional(number, 100)
    candidate       = optional(bool, false)
  })
  default = null

  validation {
    condition     = try(var.gateway.throttle_rate >= 1 && var.gateway.throttle_rate <= 1000000 && floor(var.gateway.throttle_rate) == var.gateway.throttle_rate, var.gateway == null)
    error_message = "gateway.throttle_rate must be a whole number from 1 to 1000000."
  }
  validation {
    # "Configure API for server-sent events": every tier but Consumption.
    condition     = try(regex("^(Developer|Basic|BasicV2|Standard|StandardV2|Premium|PremiumV2)_[1-9][0-9]?$", var.gateway.sku)[0] != "", var.gateway == null)
    error_message = "gateway.sku must be a tier of API Management that streams and its number of units, such as BasicV2_1."
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
  description = "Most instances at a time, each of which serves several requests and streams: a limit of what a flood can cost."
  type        = number
  default     = 100
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
  default     = 2048
  nullable    = false

  validation {
    condition     = contains([512, 2048, 4096], var.memory_mib)
    error_message = "memory_mib must be 512, 2048 or 4096, which Flex Consumption has."
  }
}

variable "timeout_seconds" {
  description = "Longest time of a request or stream in seconds."
  type        = number
  default     = 600
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 5 && var.timeout_seconds <= 3600 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 5 to 3600."
  }
}

variable "concurrency" {
  description = "Requests and streams that an instance takes at a time."
  type        = number
  default     = null

  validation {
    condition     = try(var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency, var.concurrency == null)
    error_message = "concurrency must be a whole number from 1 to 1000, or null for what Azure takes with this memory."
  }
}

variable "node_version" {
  description = "Major version of Node.js."
  type        = string
  default     = "24"
  nullable    = false

  validation {
    condition     = contains(["22", "24"], var.node_version)
    error_message = "node_version must be \"22\" or \"24\", which the bundle is made for."
  }
}

variable "log_retention_days" {
  description = "Days for which log lines are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    # Application Insights accepts no other numbers of days.
    condition     = contains([30, 60, 90, 120, 180, 270, 365, 550, 730], var.log_retention_days)
    error_message = "log_retention_days must be 30, 60, 90, 120, 180, 270, 365, 550 or 730."
  }
}
