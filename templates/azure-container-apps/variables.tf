# Written by `npm run generate` from templates/azure/variables.tf: change that, not this file.

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

variable "session_store" {
  description = "Where sessions and shared state are kept: \"dynamodb\", \"native\" (the cloud's own database: DynamoDB, a table of the function app's storage account, or Firestore), \"redis\" (a server that you have: see redis), or \"none\" for a server that is stateless."
  type        = string
  default     = "dynamodb"
  nullable    = false

  validation {
    condition     = contains(["dynamodb", "native", "redis", "none"], var.session_store)
    error_message = "session_store must be \"dynamodb\", \"native\" (the cloud's own database), \"redis\" (a server that you have) or \"none\" (stateless)."
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
