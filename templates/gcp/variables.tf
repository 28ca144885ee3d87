variable "name" {
  description = "Names everything that is made: 3 to 24 lower-case letters, digits and hyphens."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits and hyphens that start with a letter and do not end with a hyphen, such as notes-prod."
  }
}

variable "project" {
  description = "Id of the Google Cloud project, which has billing enabled."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be the id of a Google Cloud project, such as notes-123456, not its number or display name."
  }
}

variable "region" {
  description = "Google Cloud region, such as europe-west3."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)+[0-9]+$", var.region))
    error_message = "region must be a Google Cloud region in its short form, such as europe-west3."
  }
}

variable "auth" {
  # No default: who may call is never decided by leaving something out.
  description = "Who may call. \"public\": whoever finds the address. \"iam\": only who Google Cloud lets in (IAM, roles/run.invoker). \"jwt\": only who has a token of the issuers in tokens, which the server verifies itself."
  type        = string

  validation {
    condition     = contains(["public", "iam", "jwt"], var.auth)
    error_message = "auth must be \"public\" (whoever finds the address may call), \"iam\" (only who the cloud lets in) or \"jwt\" (only who has a token of your issuers)."
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
    A name of your own; the endpoint then serves no other host. certificate: leave it out, Google makes one.
    zone: name of the Cloud DNS zone for the record (default: you write the records yourself).
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
    condition     = try(var.custom_domain.certificate, null) == null
    error_message = "custom_domain.certificate must be left out: Google makes the certificate."
  }
  validation {
    condition     = try(regex("^[a-z][a-z0-9-]{0,62}$", var.custom_domain.zone) != "", try(var.custom_domain.zone, null) == null)
    error_message = "custom_domain.zone must be the name of a Cloud DNS zone in the project, such as example-com, not its domain."
  }
}

variable "gateway" {
  description = <<-EOT
    An API Gateway in front, which alone may then call the service; null for none. deadline_seconds: longest time of an answer.
    It streams only after a step that Terraform's provider does not know, and has no name of your own: see README.md.
  EOT
  type = object({
    deadline_seconds = optional(number, 900)
  })
  default = null

  validation {
    condition     = try(var.gateway.deadline_seconds >= 1 && var.gateway.deadline_seconds <= 900 && floor(var.gateway.deadline_seconds) == var.gateway.deadline_seconds, true)
    error_message = "gateway.deadline_seconds must be a whole number of seconds from 1 to 900."
  }
  validation {
    # The gateway calls with a token of its own, and the caller's arrives as X-Forwarded-Authorization, which nothing verifies.
    condition     = var.gateway == null || var.auth == "public"
    error_message = "gateway is for auth = \"public\": behind it neither Cloud Run nor the server sees who calls, so leave it out for \"iam\" and \"jwt\"."
  }
  validation {
    condition     = var.gateway == null || var.custom_domain == null
    error_message = "gateway has no name of your own without a load balancer: leave out gateway or custom_domain."
  }
}

variable "alarm_targets" {
  description = "Notification channels that are told of alarms, projects/<project>/notificationChannels/<id> (default: alarms show in the console only)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for target in var.alarm_targets : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", target))])
    error_message = "alarm_targets must be notification channels, projects/<project>/notificationChannels/<id>."
  }
}

variable "redis" {
  description = <<-EOT
    A Redis or Valkey server that you have, for session_store = "redis". url_secret: the secret that holds its URL,
    rediss://user:password@host:6380/0, as projects/<project>/secrets/<name>. network and subnetwork: where the service's calls to
    private addresses go, to reach it (default: nowhere).
  EOT
  type = object({
    url_secret = string
    network    = optional(string)
    subnetwork = optional(string)
  })
  default = null

  validation {
    condition     = (var.redis != null) == (var.session_store == "redis")
    error_message = "redis says where the server of session_store = \"redis\" is: set both, or neither."
  }
  validation {
    condition     = try(regex("^projects/[a-z0-9][a-z0-9.:-]+/secrets/[A-Za-z0-9_-]+$", var.redis.url_secret) != "", var.redis == null)
    error_message = "redis.url_secret must be the name of a secret, projects/<project>/secrets/<name>, that holds rediss://user:password@host:6380/0."
  }
  validation {
    condition     = try(var.redis.subnetwork, null) == null || try(var.redis.network, null) != null
    error_message = "redis.subnetwork must be one of redis.network: give the network, too."
  }
}

variable "max_instances" {
  description = "Most instances at a time, each of which serves as many requests and streams as concurrency says: a limit of what a flood can cost."
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
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_mib >= 512 && var.memory_mib <= 4096 && floor(var.memory_mib) == var.memory_mib
    error_message = "memory_mib must be a whole number from 512 to 4096, what Cloud Run gives one processor."
  }
}

variable "timeout_seconds" {
  description = "Longest time of a request or stream in seconds."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 5 && var.timeout_seconds <= 3600 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 5 to 3600."
  }
}

variable "concurrency" {
  description = "Requests and streams that an instance takes at a time."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency must be a whole number from 1 to 1000."
  }
}

variable "instance_based_billing" {
  description = "Leaves an instance its processor between requests, for work that goes on after an answer; it is then billed for as long as it lives. Default: the processor, and its price, only while a request is in flight."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days for which log lines are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.log_retention_days >= 1 && var.log_retention_days <= 3650 && floor(var.log_retention_days) == var.log_retention_days
    error_message = "log_retention_days must be a whole number from 1 to 3650."
  }
}

variable "tags" {
  description = "Labels, besides mcp-server and part-of, for everything that takes some; by rules that hold on every cloud."
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
