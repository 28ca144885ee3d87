# The default ingress: a Regional REST API that passes every path and method to the function and streams its answers.
# Limits and log are in gateway-stage.tf.
locals {
  stage = "prod"

  # Made of the API's id alone: its stage and routes come after the function, which is told of it.
  gateway_origin = one([
    for api in aws_api_gateway_rest_api.server : "https://${api.id}.execute-api.${var.region}.${data.aws_partition.current.dns_suffix}/${local.stage}"
  ])

  # `{proxy+}` matches everything but the root. Browsers ask without credentials whether they may call (Fetch, "CORS-preflight
  # fetch"), and the server answers that: where calls are signed, OPTIONS is a method of its own.
  routes = var.gateway == null ? {} : merge(
    {
      "ANY /"         = { root = true, method = "ANY", authorization = var.auth == "iam" ? "AWS_IAM" : "NONE" }
      "ANY /{proxy+}" = { root = false, method = "ANY", authorization = var.auth == "iam" ? "AWS_IAM" : "NONE" }
    },
    var.auth != "iam" ? {} : {
      "OPTIONS /"         = { root = true, method = "OPTIONS", authorization = "NONE" }
      "OPTIONS /{proxy+}" = { root = false, method = "OPTIONS", authorization = "NONE" }
    },
  )
}

resource "aws_api_gateway_rest_api" "server" {
  count = var.gateway == null ? 0 : 1

  region = var.region
  # CloudWatch distinguishes APIs only by their names.
  name        = var.name
  description = "MCP server"
  # Bodies reach the function as the client's bytes; as text, each quote would count twice against Lambda's 6 MB.
  binary_media_types = ["*/*"]
  # Next to a custom domain, API Gateway's own address would be a way around rules for the host name.
  disable_execute_api_endpoint = var.custom_domain != null
  tags                         = local.tags

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "proxy" {
  count = length(aws_api_gateway_rest_api.server)

  region      = var.region
  rest_api_id = aws_api_gateway_rest_api.server[0].id
  parent_id   = aws_api_gateway_rest_api.server[0].root_resource_id
  path_part   = "{proxy+}"
}

resource "aws_api_gateway_method" "route" {
  for_each = local.routes

  region        = var.region
  rest_api_id   = aws_api_gateway_rest_api.server[0].id
  resource_id   = each.value.root ? aws_api_gateway_rest_api.server[0].root_resource_id : aws_api_gateway_resource.proxy[0].id
  http_method   = each.value.method
  authorization = each.value.authorization
}

# A streaming handler answers Lambda's streaming API alone, so each method streams, whatever its path.
resource "aws_api_gateway_integration" "route" {
  for_each = local.routes

  region                  = var.region
  rest_api_id             = aws_api_gateway_method.route[each.key].rest_api_id
  resource_id             = aws_api_gateway_method.route[each.key].resource_id
  http_method             = aws_api_gateway_method.route[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  response_transfer_mode  = "STREAM"
  timeout_milliseconds    = aws_lambda_function.server.timeout * 1000
  # The function's own, with the alias in the place of the function.
  uri = replace(aws_lambda_function.server.response_streaming_invoke_arn, aws_lambda_function.server.arn, aws_lambda_alias.live.arn)
}

resource "aws_lambda_permission" "gateway" {
  count = length(aws_api_gateway_rest_api.server)

  region        = var.region
  statement_id  = "Gateway"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.server.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.server[0].execution_arn}/${local.stage}/*"
}

locals {
  rest_api = [
    for api in aws_api_gateway_rest_api.server : {
      origin        = try("https://${var.custom_domain.name}", aws_api_gateway_stage.live[0].invoke_url)
      namespace     = "AWS/ApiGateway"
      dimensions    = { ApiName = api.name }
      requests      = "Count"
      server_errors = "5XXError"
      # 401: no good token. 403: what API Gateway answers to a request without a signature.
      refusals_log     = aws_cloudwatch_log_group.access[0].name
      refusals_pattern = "{ ($.status = \"401\") || ($.status = \"403\") }"
    }
  ]
}
