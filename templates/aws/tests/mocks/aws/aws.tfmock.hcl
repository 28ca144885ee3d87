# AWS's answers, in forms that the real provider accepts, too.
mock_data "aws_caller_identity" {
  defaults = {
    account_id = "123456789012"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition  = "aws"
    dns_suffix = "amazonaws.com"
  }
}

mock_data "aws_dynamodb_table" {
  defaults = {
    arn       = "arn:aws:dynamodb:eu-central-1:123456789012:table/shared"
    hash_key  = "pk"
    range_key = "sk"
  }
}

mock_resource "aws_dynamodb_table" {
  defaults = {
    arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/notes"
  }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = {
    id  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf"
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    id   = "notes-1"
    name = "notes-1"
    arn  = "arn:aws:iam::123456789012:role/notes-1"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:eu-central-1:123456789012:log-group:a-log"
  }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn                           = "arn:aws:lambda:eu-central-1:123456789012:function:notes"
    version                       = "7"
    response_streaming_invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2021-11-15/functions/arn:aws:lambda:eu-central-1:123456789012:function:notes/response-streaming-invocations"
  }
}

mock_resource "aws_lambda_alias" {
  defaults = {
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:notes:live"
  }
}

mock_resource "aws_lambda_function_url" {
  defaults = {
    function_url = "https://abc123.lambda-url.eu-central-1.on.aws/"
  }
}

mock_resource "aws_api_gateway_rest_api" {
  defaults = {
    id               = "abc123"
    root_resource_id = "root"
    execution_arn    = "arn:aws:execute-api:eu-central-1:123456789012:abc123"
  }
}

mock_resource "aws_api_gateway_resource" {
  defaults = {
    id = "proxy"
  }
}

mock_resource "aws_api_gateway_stage" {
  defaults = {
    invoke_url = "https://abc123.execute-api.eu-central-1.amazonaws.com/prod"
  }
}

mock_resource "aws_api_gateway_domain_name" {
  defaults = {
    regional_domain_name = "d-abc123.execute-api.eu-central-1.amazonaws.com"
    regional_zone_id     = "Z1U9ULNL0V5AJ3"
  }
}
