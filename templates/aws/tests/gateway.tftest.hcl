mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  auth     = "public"
  artefact = "key-rotation.zip"
}

run "rest_api_that_streams" {
  assert {
    condition     = keys(aws_api_gateway_integration.route) == ["ANY /", "ANY /{proxy+}"] && keys(aws_api_gateway_method.route) == keys(aws_api_gateway_integration.route)
    error_message = "Every path and method must reach the function: ${join(", ", keys(aws_api_gateway_integration.route))}"
  }
  assert {
    condition     = alltrue([for route in aws_api_gateway_integration.route : route.response_transfer_mode == "STREAM" && route.timeout_milliseconds == 900000 && route.type == "AWS_PROXY" && route.integration_http_method == "POST"])
    error_message = "Every method must stream, for as long as the function may take."
  }
  assert {
    condition     = alltrue([for route in aws_api_gateway_integration.route : route.uri == "arn:aws:apigateway:eu-central-1:lambda:path/2021-11-15/functions/arn:aws:lambda:eu-central-1:123456789012:function:notes:live/response-streaming-invocations"])
    error_message = "Every method must call the streaming API of the alias."
  }
  assert {
    condition     = { for key, route in aws_api_gateway_integration.route : key => route.resource_id } == { "ANY /" = "root", "ANY /{proxy+}" = "proxy" } && aws_api_gateway_resource.proxy[0].path_part == "{proxy+}" && aws_api_gateway_resource.proxy[0].parent_id == "root"
    error_message = "One method stands at the root, the other at everything below."
  }
  assert {
    condition     = alltrue([for route in aws_api_gateway_method.route : route.authorization == "NONE" && route.http_method == "ANY"])
    error_message = "With auth \"public\", whoever finds the address may call."
  }
  assert {
    condition     = aws_api_gateway_rest_api.server[0].endpoint_configuration[0].types == tolist(["REGIONAL"]) && aws_api_gateway_rest_api.server[0].binary_media_types == tolist(["*/*"]) && !aws_api_gateway_rest_api.server[0].disable_execute_api_endpoint
    error_message = "The API must be Regional, take bodies as they are, and answer at its own address."
  }
  assert {
    condition     = aws_lambda_permission.gateway[0].principal == "apigateway.amazonaws.com" && aws_lambda_permission.gateway[0].qualifier == "live" && aws_lambda_permission.gateway[0].source_arn == "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/*"
    error_message = "This API alone may call the alias."
  }
  assert {
    condition     = length(aws_lambda_function_url.live) == 0 && length(aws_lambda_permission.public_url) == 0 && length(aws_lambda_permission.public_invoke) == 0
    error_message = "Behind a gateway there is no other way in."
  }
  assert {
    condition     = output.mcp_url == "https://abc123.execute-api.eu-central-1.amazonaws.com/prod/mcp"
    error_message = "Clients connect at ${output.mcp_url}."
  }
}

run "limits_and_logs" {
  assert {
    condition     = aws_api_gateway_method_settings.all[0].method_path == "*/*" && aws_api_gateway_method_settings.all[0].settings[0].throttling_rate_limit == 100 && aws_api_gateway_method_settings.all[0].settings[0].throttling_burst_limit == 200
    error_message = "All callers together are held to 100 requests a second, 200 at a time."
  }
  assert {
    condition     = aws_api_gateway_method_settings.all[0].settings[0].logging_level == "ERROR" && !aws_api_gateway_method_settings.all[0].settings[0].data_trace_enabled
    error_message = "The execution log must hold errors, and no bodies or tokens."
  }
  assert {
    condition     = aws_api_gateway_stage.live[0].xray_tracing_enabled && aws_api_gateway_stage.live[0].stage_name == "prod"
    error_message = "The stage must be traced."
  }
  assert {
    condition = toset(values(jsondecode(aws_api_gateway_stage.live[0].access_log_settings[0].format))) == toset([
      "$context.requestId", "$context.requestTimeEpoch", "$context.identity.sourceIp", "$context.identity.userAgent",
      "$context.httpMethod", "$context.path", "$context.status", "$context.responseLength", "$context.responseLatency",
      "$context.integration.status", "$context.integration.latency", "$context.error.responseType", "$context.wafResponseCode",
    ])
    error_message = "The access log may hold nothing else: no body, header, query or token."
  }
  assert {
    condition     = aws_cloudwatch_log_group.execution[0].name == "API-Gateway-Execution-Logs_abc123/prod" && aws_cloudwatch_log_group.access[0].name == "/aws/apigateway/notes"
    error_message = "The execution log has the name that API Gateway gives it."
  }
  assert {
    condition     = length(aws_api_gateway_account.logs) == 1 && aws_api_gateway_account.logs[0].cloudwatch_role_arn == "arn:aws:iam::123456789012:role/notes-1" && aws_iam_role_policy_attachment.gateway_logs[0].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    error_message = "Without the account's role, API Gateway refuses to write logs."
  }
}

run "limits_of_ones_own_and_a_log_role_that_is_there" {
  variables {
    gateway = { throttle_rate = 5, throttle_burst = 10, log_role = "existing" }
  }
  assert {
    condition     = aws_api_gateway_method_settings.all[0].settings[0].throttling_rate_limit == 5 && aws_api_gateway_method_settings.all[0].settings[0].throttling_burst_limit == 10
    error_message = "The limits are those of the variable."
  }
  assert {
    condition     = length(aws_api_gateway_account.logs) + length(aws_iam_role.gateway_logs) + length(aws_iam_role_policy_attachment.gateway_logs) == 0
    error_message = "What something else has set in the account must be left alone."
  }
}

run "iam_on_every_method" {
  variables {
    auth = "iam"
  }
  assert {
    condition     = { for key, route in aws_api_gateway_method.route : key => route.authorization } == { "ANY /" = "AWS_IAM", "ANY /{proxy+}" = "AWS_IAM", "OPTIONS /" = "NONE", "OPTIONS /{proxy+}" = "NONE" }
    error_message = "Everything but a preflight must be signed."
  }
  assert {
    condition     = { for key, route in aws_api_gateway_method.route : key => route.http_method } == { "ANY /" = "ANY", "ANY /{proxy+}" = "ANY", "OPTIONS /" = "OPTIONS", "OPTIONS /{proxy+}" = "OPTIONS" }
    error_message = "Only OPTIONS is open."
  }
  assert {
    condition     = keys(aws_api_gateway_integration.route) == keys(aws_api_gateway_method.route) && alltrue([for route in aws_api_gateway_integration.route : route.response_transfer_mode == "STREAM"])
    error_message = "Preflights reach the same handler, so they stream, too."
  }
}
