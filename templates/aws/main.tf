data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  tags = merge({ mcp-server = var.name, part-of = "mcp-anycloud" }, var.tags)

  path = coalesce(var.settings.path, "/mcp")

  log_group_name = "/aws/lambda/${var.name}"
}

# The ingress is one of two: the REST API of gateway.tf, or the Function URL of function-url.tf. What alarms, dashboard
# and outputs want to know of it is the same of both.
locals {
  ingress = one(concat(local.rest_api, local.function_url))
}
