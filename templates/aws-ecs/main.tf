data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  tags = merge({ mcp-server = var.name, part-of = "mcp-anycloud" }, var.tags)

  path = coalesce(var.settings.path, "/mcp")

  log_group_name = "/ecs/${var.name}"

  # The port on which the image listens.
  port = 8080

  # The balancer lets requests of a task that is to end finish for as long, and ECS waits for as long after SIGTERM before it
  # kills, which the server knows.
  drain_seconds = 30
}
