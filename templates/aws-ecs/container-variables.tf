variable "auth" {
  # No default: who may call is never decided by leaving something out.
  description = "Who may call. \"public\": whoever finds the address. \"jwt\": only who has a token of the issuers in tokens, which the server verifies itself."
  type        = string

  validation {
    condition     = contains(["public", "jwt"], var.auth)
    error_message = "auth must be \"public\" (whoever finds the address may call) or \"jwt\" (only who has a token of your issuers): a load balancer verifies no signatures of AWS's."
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

variable "network" {
  description = <<-EOT
    Where it stands. vpc: id of the VPC. load_balancer_subnets: two at least, in two zones; public ones for clients on the internet.
    task_subnets: those of the tasks, with a way to AWS and to your registry, by a NAT gateway or endpoints. task_public_ip:
    whether each task has an address of its own, as it needs in a public subnet. internal: whether only the VPC may call.
  EOT
  type = object({
    vpc                   = string
    load_balancer_subnets = list(string)
    task_subnets          = list(string)
    task_public_ip        = optional(bool, false)
    internal              = optional(bool, false)
  })
  nullable = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.network.vpc))
    error_message = "network.vpc must be the id of a VPC, vpc-…."
  }
  validation {
    condition     = length(distinct(var.network.load_balancer_subnets)) >= 2 && length(var.network.task_subnets) > 0
    error_message = "network needs two load_balancer_subnets at least, in two zones, and one of task_subnets."
  }
  validation {
    condition     = alltrue([for id in concat(var.network.load_balancer_subnets, var.network.task_subnets) : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "network must name subnets by their ids, subnet-…."
  }
}

variable "custom_domain" {
  description = <<-EOT
    The name under which clients call; the endpoint serves no other host. certificate: ARN of an ACM certificate for it, in the
    Region of the deployment. zone: id of the Route 53 zone for the record (default: you point the name at the load balancer).
  EOT
  # No default: a load balancer has no certificate for a name of its own.
  type = object({
    name        = string
    certificate = optional(string)
    zone        = optional(string)
  })
  nullable = false

  validation {
    condition     = try(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z][a-z0-9-]*[a-z0-9]$", var.custom_domain.name)[0] != "", var.custom_domain == null)
    error_message = "custom_domain.name must be a lower-case host name without scheme, port or path, such as mcp.example.com."
  }
  validation {
    condition     = can(regex("^arn:[a-z0-9-]+:acm:${var.region}:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.custom_domain.certificate))
    error_message = "custom_domain.certificate must be the ARN of an ACM certificate in the Region of the deployment, arn:aws:acm:…:certificate/…."
  }
  validation {
    condition     = try(regex("^Z[A-Z0-9]+$", var.custom_domain.zone) != "", try(var.custom_domain.zone, null) == null)
    error_message = "custom_domain.zone must be the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ."
  }
}

variable "redis" {
  description = <<-EOT
    A Redis or Valkey server that you have, for session_store = "redis". url_secret: ARN of the secret that holds its URL,
    rediss://user:password@host:6380/0, encrypted with a key that AWS manages. security_groups: groups that the tasks have besides
    their own, such as one that the server lets in.
  EOT
  type = object({
    url_secret      = string
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
}

variable "max_instances" {
  description = "Most tasks at a time, each of which serves many requests and streams: a limit of what a flood can cost."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 1000 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances must be a whole number from 1 to 1000."
  }
}

variable "min_instances" {
  description = "Tasks that run while nobody calls, and cost as long as they do. From two on, they stand in two zones."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.min_instances >= 1 && var.min_instances <= 1000 && floor(var.min_instances) == var.min_instances
    error_message = "min_instances must be a whole number from 1 to 1000: without a task nothing would start one."
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
    error_message = "memory_mib must be 512, 1024, 2048, 4096 or 8192, with which Fargate gives a quarter of a processor to four."
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

variable "trusted_proxies" {
  description = "Proxies in front of the server that append who called them to X-Forwarded-For, by which clients without a token are counted. 1: the load balancer. More only for proxies of yours before it that nobody can go around."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.trusted_proxies >= 0 && var.trusted_proxies <= 10 && floor(var.trusted_proxies) == var.trusted_proxies
    error_message = "trusted_proxies must be a whole number from 0 to 10."
  }
}
