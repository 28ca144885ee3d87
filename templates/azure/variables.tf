variable "name" {
  description = "Names everything that is made: 3 to 24 lower-case letters, digits and hyphens."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits and hyphens that start with a letter and do not end with a hyphen, such as notes-prod."
  }
}

variable "region" {
  description = "Azure location, such as westeurope."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]+$", var.region))
    error_message = "region must be an Azure location in its short form, such as westeurope."
  }
}

variable "auth" {
  # No default: who may call is never decided by leaving something out.
  description = "Who may call. \"public\": whoever finds the address. \"iam\": only who Azure lets in (Microsoft Entra, through App Service Authentication). \"jwt\": only who has a token of the issuers in tokens, which the server verifies itself."
  type        = string

  validation {
    condition     = contains(["public", "iam", "jwt"], var.auth)
    error_message = "auth must be \"public\" (whoever finds the address may call), \"iam\" (only who the cloud lets in) or \"jwt\" (only who has a token of your issuers)."
  }
}

variable "session_store" {
  description = "Where sessions and shared state are kept: \"dynamodb\", \"native\" (the cloud's own database: DynamoDB, a table of the function app's storage account, or Firestore), or \"none\" for a server that is stateless."
  type        = string
  default     = "dynamodb"
  nullable    = false

  validation {
    condition     = contains(["dynamodb", "native", "none"], var.session_store)
    error_message = "session_store must be \"dynamodb\", \"native\" (the cloud's own database) or \"none\" (stateless)."
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

variable "shared_state" {
  description = <<-EOT
    What another deployment made and this one shares. table: name of its DynamoDB table (default: a new one is made).
    region: AWS Region of the table, new or shared (default us-east-1). key_ring: ARN of its key ring's secret in
    AWS Secrets Manager (default: a key ring of this deployment's own). Both must be encrypted with keys that AWS manages.
  EOT
  type = object({
    table    = optional(string)
    region   = optional(string)
    key_ring = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = try(regex("^[A-Za-z0-9_.-]{3,255}$", var.shared_state.table) != "", var.shared_state.table == null)
    error_message = "shared_state.table must be the name of a DynamoDB table, not its ARN."
  }
  validation {
    condition     = try(regex("^[a-z]{2}(-[a-z]+)+-[0-9]+$", var.shared_state.region)[0] != "", var.shared_state.region == null)
    error_message = "shared_state.region must be an AWS Region, such as us-east-1."
  }
  validation {
    condition     = try(regex("^arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$", var.shared_state.key_ring) != "", var.shared_state.key_ring == null)
    error_message = "shared_state.key_ring must be the ARN of a secret of AWS Secrets Manager, arn:aws:secretsmanager:…:secret:…."
  }
  validation {
    condition     = var.session_store == "dynamodb" || (var.shared_state.table == null && var.shared_state.region == null && var.shared_state.key_ring == null)
    error_message = "shared_state is of no use without a store: leave it out, or set session_store = \"dynamodb\"."
  }
}

variable "state_key_ids" {
  description = "Ids of the keys in this deployment's own key ring, newest first. The first seals, all open: to rotate, put a new id in front, apply, and drop the last an hour later."
  type        = list(string)
  default     = ["1"]
  nullable    = false

  validation {
    condition     = length(var.state_key_ids) > 0 && length(var.state_key_ids) == length(distinct(var.state_key_ids))
    error_message = "state_key_ids must name at least one key, and none of them twice."
  }
  validation {
    condition     = alltrue([for id in var.state_key_ids : can(regex("^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$", id))])
    error_message = "state_key_ids must be letters, digits, hyphens and underscores, such as 2026-11."
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
    from all callers together. It has a fixed price, about $150 a month for the default sku, one that streams. null: none,
    and clients connect to the function app.
  EOT
  type = object({
    publisher_name  = string
    publisher_email = string
    sku             = optional(string, "BasicV2_1")
    throttle_rate   = optional(number, 100)
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

variable "alarm_targets" {
  description = "Ids of action groups that are told of alarms (default: alarms show in the portal only)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for target in var.alarm_targets : can(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[Mm]icrosoft[.][Ii]nsights/action[Gg]roups/[^/]+$", target))])
    error_message = "alarm_targets must be ids of action groups, /subscriptions/…/providers/Microsoft.Insights/actionGroups/…."
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

variable "tags" {
  description = "Tags, besides mcp-server and part-of, for everything that takes some; by rules that hold on every cloud."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.tags : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "tags must be lower-case letters, digits, hyphens and underscores, at most 63, names starting with a letter: every cloud takes these."
  }
  validation {
    condition     = alltrue([for key in keys(var.tags) : !can(regex("^(aws|azure|goog|microsoft|windows)", key))])
    error_message = "tags must not begin with aws, azure, goog, microsoft or windows: the clouds keep these names for themselves."
  }
  validation {
    condition     = length(var.tags) <= 48
    error_message = "tags must be 48 at most: the clouds take 50, and two are the module's own."
  }
}
