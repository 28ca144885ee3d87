# Each change of code or settings is a new version, and the alias `live` points at the newest. Earlier versions stay: a
# roll-back is moving the alias. Nothing is packed while Terraform plans: a plan that one machine makes, another one can apply.
resource "aws_lambda_function" "server" {
  region           = var.region
  function_name    = var.name
  description      = "MCP server, built by mcp-anycloud"
  filename         = var.artefact
  source_code_hash = fileexists(var.artefact) ? filebase64sha256(var.artefact) : null
  handler          = "index.handler"
  runtime          = "nodejs${var.node_version}.x"
  architectures    = ["arm64"]
  memory_size      = var.memory_mib
  timeout          = var.timeout_seconds
  role             = aws_iam_role.server.arn
  publish          = true
  # -1: none are set aside ("PutFunctionConcurrency").
  reserved_concurrent_executions = coalesce(var.max_instances, -1)
  tags                           = local.tags

  environment {
    variables = local.server_environment
  }
  tracing_config {
    mode = "Active"
  }
  # Lines that are JSON already stay as they are; the platform's own become JSON too.
  logging_config {
    log_format            = "JSON"
    application_log_level = "INFO"
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.requests.name
  }

  dynamic "vpc_config" {
    for_each = length(local.subnets) == 0 ? [] : [local.subnets]

    content {
      subnet_ids         = vpc_config.value
      security_group_ids = var.redis.security_groups
    }
  }

  dynamic "dead_letter_config" {
    for_each = aws_sqs_queue.lost_jobs

    content {
      target_arn = dead_letter_config.value.arn
    }
  }

  # Without it, the first request would be refused what the policy allows.
  depends_on = [aws_iam_role_policy.server]

  lifecycle {
    precondition {
      condition     = endswith(var.artefact, ".zip") && fileexists(var.artefact)
      error_message = "artefact is no zip file: run `mcp-anycloud build --target aws` first, which writes dist/aws.zip, or say where that is."
    }
  }
}

resource "aws_lambda_alias" "live" {
  region           = var.region
  name             = "live"
  description      = "What clients reach"
  function_name    = aws_lambda_function.server.function_name
  function_version = aws_lambda_function.server.version
}

# Instances of the newest version that are started beforehand. They are part of max_instances.
resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.min_instances > 0 ? 1 : 0

  region                            = var.region
  function_name                     = aws_lambda_function.server.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.min_instances
}

locals {
  app     = aws_lambda_function.server.arn
  subnets = try(var.redis.subnets, [])
}
