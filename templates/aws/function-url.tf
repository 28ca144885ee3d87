# The ingress where `gateway` is null: a Function URL of the alias, which streams. No custom domain, no throttling.
resource "aws_lambda_function_url" "live" {
  count = var.gateway == null ? 1 : 0

  region             = var.region
  function_name      = aws_lambda_function.server.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = var.auth == "iam" ? "AWS_IAM" : "NONE"
  invoke_mode        = "RESPONSE_STREAM"
}

# Lambda asks for both permissions since October 2025 ("Control access to Lambda function URLs"); the other is in
# function-url-invoke.tf.
resource "aws_lambda_permission" "public_url" {
  count = var.gateway == null && var.auth != "iam" ? 1 : 0

  region                 = var.region
  statement_id           = "PublicUrl"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.server.function_name
  qualifier              = aws_lambda_alias.live.name
  principal              = "*"
  function_url_auth_type = "NONE"
}

locals {
  function_url = [
    for url in aws_lambda_function_url.live : {
      origin = trimsuffix(url.function_url, "/")
      # "CloudWatch metrics for function URLs"; Resource is the function's name with the alias.
      namespace     = "AWS/Lambda"
      dimensions    = { FunctionName = var.name, Resource = "${var.name}:${aws_lambda_alias.live.name}" }
      requests      = "UrlRequestCount"
      server_errors = "Url5xxCount"
      # The server logs the requests that it rejects.
      refusals_log     = aws_cloudwatch_log_group.requests.name
      refusals_pattern = "{ ($.message = \"request\") && ($.status = 401) }"
    }
  ]
}
