# The stage: limits of what callers may send, and the access log.
resource "aws_api_gateway_deployment" "live" {
  count = length(aws_api_gateway_rest_api.server)

  region      = var.region
  rest_api_id = aws_api_gateway_rest_api.server[0].id
  # A stage serves what was deployed, so whatever can change is named here.
  triggers = {
    routes = sha256(jsonencode([
      aws_api_gateway_method.route,
      aws_api_gateway_integration.route,
      aws_api_gateway_rest_api.server[0].binary_media_types,
      aws_api_gateway_rest_api.server[0].disable_execute_api_endpoint,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "live" {
  count = length(aws_api_gateway_rest_api.server)

  region               = var.region
  rest_api_id          = aws_api_gateway_rest_api.server[0].id
  deployment_id        = aws_api_gateway_deployment.live[0].id
  stage_name           = local.stage
  xray_tracing_enabled = true
  tags                 = local.tags

  # One line per request, also for those that never reach the function. Never a body, a header, a query or a token.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access[0].arn
    format = jsonencode({
      requestId          = "$context.requestId"
      requestTimeEpoch   = "$context.requestTimeEpoch"
      ip                 = "$context.identity.sourceIp"
      userAgent          = "$context.identity.userAgent"
      httpMethod         = "$context.httpMethod"
      path               = "$context.path"
      status             = "$context.status"
      responseLength     = "$context.responseLength"
      responseLatency    = "$context.responseLatency"
      integrationStatus  = "$context.integration.status"
      integrationLatency = "$context.integration.latency"
      errorType          = "$context.error.responseType"
      wafResponse        = "$context.wafResponseCode"
    })
  }

  depends_on = [aws_api_gateway_account.logs, aws_cloudwatch_log_group.execution]
}

resource "aws_api_gateway_method_settings" "all" {
  count = length(aws_api_gateway_rest_api.server)

  region      = var.region
  rest_api_id = aws_api_gateway_rest_api.server[0].id
  stage_name  = aws_api_gateway_stage.live[0].stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.gateway.throttle_rate
    throttling_burst_limit = var.gateway.throttle_burst
    logging_level          = "ERROR"
    # Bodies and tokens would be in the execution log.
    data_trace_enabled = false
  }
}

resource "aws_cloudwatch_log_group" "access" {
  count = length(aws_api_gateway_rest_api.server)

  region            = var.region
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

# The log of failed executions. API Gateway would create it under this name, and keep its lines for ever ("Set up CloudWatch
# logging for REST APIs").
resource "aws_cloudwatch_log_group" "execution" {
  count = length(aws_api_gateway_rest_api.server)

  region            = var.region
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.server[0].id}/${local.stage}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

# API Gateway writes logs with a role that is set once for the account and Region. The provider takes the setting away when
# this is destroyed, also from other APIs ("Version 6 Upgrade Guide").
resource "aws_api_gateway_account" "logs" {
  count = try(var.gateway.log_role, "existing") == "create" ? 1 : 0

  region              = var.region
  cloudwatch_role_arn = aws_iam_role.gateway_logs[0].arn

  depends_on = [aws_iam_role_policy_attachment.gateway_logs]
}

resource "aws_iam_role" "gateway_logs" {
  count = try(var.gateway.log_role, "existing") == "create" ? 1 : 0

  name_prefix = "${var.name}-"
  description = "By which API Gateway writes the logs of all APIs in the Region"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "apigateway.amazonaws.com" } },
    ]
  })
  tags = local.tags
}

resource "aws_iam_role_policy_attachment" "gateway_logs" {
  count = length(aws_iam_role.gateway_logs)

  role = aws_iam_role.gateway_logs[0].name
  # The account's role serves all of its APIs; AWS keeps this policy for it.
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
