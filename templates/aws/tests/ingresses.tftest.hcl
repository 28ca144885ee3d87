mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  auth     = "public"
  artefact = "key-rotation.zip"
}

run "public_function_url" {
  variables {
    gateway = null
  }
  assert {
    condition     = length(aws_api_gateway_rest_api.server) + length(aws_api_gateway_method.route) + length(aws_api_gateway_stage.live) + length(aws_api_gateway_account.logs) + length(aws_cloudwatch_log_group.access) + length(aws_lambda_permission.gateway) == 0
    error_message = "Without a gateway there must be nothing of one."
  }
  assert {
    condition     = aws_lambda_function_url.live[0].invoke_mode == "RESPONSE_STREAM" && aws_lambda_function_url.live[0].qualifier == "live" && aws_lambda_function_url.live[0].authorization_type == "NONE"
    error_message = "The URL must stream, be that of the alias, and open to all."
  }
  assert {
    condition     = aws_lambda_permission.public_url[0].action == "lambda:InvokeFunctionUrl" && aws_lambda_permission.public_url[0].function_url_auth_type == "NONE" && aws_lambda_permission.public_url[0].qualifier == "live" && aws_lambda_permission.public_url[0].principal == "*"
    error_message = "A public URL needs this permission."
  }
  assert {
    condition     = aws_lambda_permission.public_invoke[0].action == "lambda:InvokeFunction" && aws_lambda_permission.public_invoke[0].invoked_via_function_url && aws_lambda_permission.public_invoke[0].qualifier == "live" && aws_lambda_permission.public_invoke[0].principal == "*"
    error_message = "And this one, by way of the URL only."
  }
  assert {
    condition     = output.mcp_url == "https://abc123.lambda-url.eu-central-1.on.aws/mcp"
    error_message = "Clients connect at ${output.mcp_url}."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.server["server-errors"].metric_name == "Url5xxCount" && aws_cloudwatch_metric_alarm.server["server-errors"].dimensions == tomap({ FunctionName = "notes", Resource = "notes:live" })
    error_message = "Answers of 5xx are those of the URL."
  }
  assert {
    condition     = aws_cloudwatch_log_metric_filter.requests["RejectedRequests"].log_group_name == "/aws/lambda/notes" && aws_cloudwatch_log_metric_filter.requests["RejectedRequests"].pattern == "{ ($.message = \"request\") && ($.status = 401) }"
    error_message = "The server's own log has the rejected requests."
  }
}

run "function_url_with_iam" {
  variables {
    auth    = "iam"
    gateway = null
  }
  assert {
    condition     = aws_lambda_function_url.live[0].authorization_type == "AWS_IAM" && aws_lambda_function_url.live[0].invoke_mode == "RESPONSE_STREAM"
    error_message = "AWS must check signatures."
  }
  assert {
    condition     = length(aws_lambda_permission.public_url) + length(aws_lambda_permission.public_invoke) == 0
    error_message = "Nobody may call whom no policy lets in."
  }
}

run "name_of_ones_own" {
  variables {
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222", zone = "Z0123456789ABCDEFGHIJ" }
    settings      = { path = "/notes" }
  }
  assert {
    condition     = aws_api_gateway_domain_name.server[0].domain_name == "mcp.example.com" && aws_api_gateway_domain_name.server[0].regional_certificate_arn == "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222" && aws_api_gateway_domain_name.server[0].security_policy == "TLS_1_2" && aws_api_gateway_domain_name.server[0].endpoint_configuration[0].types == tolist(["REGIONAL"])
    error_message = "The name must be Regional, with its certificate and TLS 1.2."
  }
  assert {
    condition     = aws_api_gateway_base_path_mapping.server[0].domain_name == "mcp.example.com" && aws_api_gateway_base_path_mapping.server[0].stage_name == "prod" && aws_api_gateway_base_path_mapping.server[0].api_id == "abc123"
    error_message = "The name must lead to the stage."
  }
  assert {
    condition     = aws_route53_record.server[0].type == "A" && aws_route53_record.server[0].name == "mcp.example.com" && aws_route53_record.server[0].zone_id == "Z0123456789ABCDEFGHIJ" && aws_route53_record.server[0].alias[0].name == "d-abc123.execute-api.eu-central-1.amazonaws.com" && aws_route53_record.server[0].alias[0].zone_id == "Z1U9ULNL0V5AJ3"
    error_message = "The record must be an alias of the name's own address."
  }
  assert {
    condition     = aws_api_gateway_rest_api.server[0].disable_execute_api_endpoint && local.server_environment.MCP_ANYCLOUD_ALLOWED_HOSTS == "mcp.example.com"
    error_message = "Under a name of one's own there is no second address."
  }
  assert {
    condition     = output.mcp_url == "https://mcp.example.com/notes"
    error_message = "Clients connect at ${output.mcp_url}."
  }
}

run "name_without_a_zone" {
  variables {
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222" }
  }
  assert {
    condition     = length(aws_route53_record.server) == 0 && length(aws_api_gateway_base_path_mapping.server) == 1
    error_message = "Records are written only where a zone is given."
  }
}
