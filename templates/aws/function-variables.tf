variable "auth" {
  # No default: who may call is never decided by leaving something out.
  description = "Who may call. \"public\": whoever finds the address. \"iam\": only who AWS lets in (IAM, with signatures of SigV4). \"jwt\": only who has a token of the issuers in tokens, which the server verifies itself."
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
    A name of your own; the endpoint then serves no other host. certificate: ARN of an ACM certificate for it, in the Region
    of the deployment. zone: id of the Route 53 zone for the record (default: you point the name at the API yourself).
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
    condition     = var.custom_domain == null || can(regex("^arn:[a-z0-9-]+:acm:${var.region}:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.custom_domain.certificate))
    error_message = "custom_domain.certificate must be the ARN of an ACM certificate in the Region of the deployment, arn:aws:acm:…:certificate/…."
  }
  validation {
    condition     = try(regex("^Z[A-Z0-9]+$", var.custom_domain.zone) != "", try(var.custom_domain.zone, null) == null)
    error_message = "custom_domain.zone must be the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ."
  }
  validation {
    condition     = var.custom_domain == null || var.gateway != null
    error_message = "custom_domain needs the gateway: a Function URL has no name of your own."
  }
}

variable "gateway" {
  description = <<-EOT
    The REST API in front: at most throttle_rate requests a second, and throttle_burst at a time above that, from all callers
    together. log_role: "create" sets the role by which API Gateway writes logs in the whole account and Region, "existing"
    where something else has set it. null: a Function URL instead, without throttling, access log and custom_domain.
  EOT
  type = object({
    throttle_rate  = optional(number, 100)
    throttle_burst = optional(number, 200)
    log_role       = optional(string, "create")
  })
  default = {}

  validation {
    condition = alltrue([
      for limit in try([var.gateway.throttle_rate, var.gateway.throttle_burst], []) : limit >= 1 && limit <= 1000000 && floor(limit) == limit
    ])
    error_message = "gateway.throttle_rate and gateway.throttle_burst must be whole numbers from 1 to 1000000."
  }
  validation {
    condition     = contains(["create", "existing"], try(var.gateway.log_role, "existing"))
    error_message = "gateway.log_role must be \"create\" or \"existing\"."
  }
}

variable "redis" {
  description = <<-EOT
    A Redis or Valkey server that you have, for session_store = "redis". url_secret: ARN of the secret that holds its URL,
    rediss://user:password@host:6380/0, encrypted with a key that AWS manages. subnets and security_groups: where the function
    then stands, to reach it (default: nowhere); from there it reaches AWS only through a NAT gateway or interface endpoints.
  EOT
  type = object({
    url_secret      = string
    subnets         = optional(list(string), [])
    security_groups = optional(list(string), [])
  })
  default = null

  validation {
    condition     = (var.redis != null) == (var.session_store == "redis")
    error_message = "redis says where the server of session_store = \"redis\" is: set both, or neither."
  }
  validation {
    condition     = try(regex("^arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$", var.redis.url_secret) != "", var.redis == null)
    error_message = "redis.url_secret must be the ARN of a secret of AWS Secrets Manager that holds rediss://user:password@host:6380/0."
  }
  validation {
    condition     = length(try(var.redis.subnets, [])) > 0 == length(try(var.redis.security_groups, [])) > 0
    error_message = "redis.subnets and redis.security_groups must be given together, or neither."
  }
}

variable "max_instances" {
  description = "Most instances at a time, each of which serves one request or stream: a limit of what a flood can cost. Reserved concurrency, so that many are set aside for this function; AWS leaves at least 100 of the account's to all others, and refuses more, so a new account, whose quota is 10, takes no number. null: the account's quota is the limit."
  type        = number
  default     = null

  validation {
    condition     = try(var.max_instances >= 1 && var.max_instances <= 1000 && floor(var.max_instances) == var.max_instances, var.max_instances == null)
    error_message = "max_instances must be a whole number from 1 to 1000, or null."
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
    condition     = var.memory_mib >= 128 && var.memory_mib <= 10240 && floor(var.memory_mib) == var.memory_mib
    error_message = "memory_mib must be a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "Longest time of a request or stream in seconds."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 900, the longest time of a function."
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

variable "artefact" {
  description = "Zip file that `mcp-anycloud build --target aws` wrote, relative to the folder that Terraform runs in."
  type        = string
  default     = "dist/aws.zip"
  nullable    = false
}
