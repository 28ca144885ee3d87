variable "name" {
  description = "Names everything that is made: 3 to 24 lower-case letters, digits and hyphens."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits and hyphens that start with a letter and do not end with a hyphen, such as notes-prod."
  }
}

variable "region" {
  description = "AWS Region, such as eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "region must be an AWS Region in its short form, such as eu-central-1."
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
    region: AWS Region of the table, which is that of the server. key_ring: ARN of its key ring's secret in AWS Secrets
    Manager (default: a key ring of this deployment's own). Both must be encrypted with keys that AWS manages.
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
  validation {
    condition     = coalesce(var.shared_state.region, var.region) == var.region
    error_message = "shared_state.region must be the Region of the server, or left out."
  }
}

variable "alarm_targets" {
  description = "ARNs of SNS topics that are told of alarms (default: alarms show in the console only)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for target in var.alarm_targets : can(regex("^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", target))])
    error_message = "alarm_targets must be the ARNs of SNS topics, arn:aws:sns:…."
  }
}

variable "alarm_tools" {
  description = "Names of tools of which each has an alarm on its own share of failed calls, besides that on all calls (default: none)."
  type        = list(string)
  default     = []
  nullable    = false

  # Each takes two of the 100 metric filters that a log group may have ("CloudWatch Logs quotas").
  validation {
    condition     = length(var.alarm_tools) <= 40 && length(distinct(var.alarm_tools)) == length(var.alarm_tools)
    error_message = "alarm_tools must be at most 40 names, each of them once."
  }
  validation {
    condition     = alltrue([for tool in var.alarm_tools : can(regex("^[A-Za-z0-9_.-]{1,128}$", tool))])
    error_message = "alarm_tools must be names of tools, such as search_notes."
  }
}

variable "log_retention_days" {
  description = "Days for which log lines are kept."
  type        = number
  default     = 30
  nullable    = false

  # RetentionInDays of PutRetentionPolicy (CloudWatch Logs API).
  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days must be a time that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
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
