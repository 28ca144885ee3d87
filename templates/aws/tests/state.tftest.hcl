mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  auth     = "public"
  artefact = "key-rotation.zip"
}

run "table_that_nobody_deletes" {
  assert {
    condition     = aws_dynamodb_table.sessions[0].name == "notes" && aws_dynamodb_table.sessions[0].billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.sessions[0].hash_key == "pk" && aws_dynamodb_table.sessions[0].range_key == "sk" && alltrue([for key in aws_dynamodb_table.sessions[0].attribute : key.type == "S"])
    error_message = "The table must be billed on demand, and have the keys of adapters/aws/dynamodb/item.ts."
  }
  assert {
    condition     = aws_dynamodb_table.sessions[0].ttl[0].attribute_name == "expiresAt" && aws_dynamodb_table.sessions[0].ttl[0].enabled
    error_message = "Expired items must go by themselves."
  }
  assert {
    condition     = aws_dynamodb_table.sessions[0].deletion_protection_enabled && aws_dynamodb_table.sessions[0].server_side_encryption[0].enabled && aws_dynamodb_table.sessions[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.sessions[0].point_in_time_recovery[0].recovery_period_in_days == 7
    error_message = "The table must be encrypted, recoverable for a week, and not be deleted by accident."
  }
  assert {
    condition     = output.session_store_name == "notes" && local.server_environment.MCP_ANYCLOUD_TABLE == "notes"
    error_message = "The server must be told of the table."
  }
}

run "role_of_the_functions_own" {
  assert {
    condition = jsondecode(aws_iam_role_policy.server.policy) == {
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query"], Resource = "arn:aws:dynamodb:eu-central-1:123456789012:table/notes" },
        { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf" },
        { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:a-log:*" },
        { Effect = "Allow", Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource = "*" },
      ]
    }
    error_message = "The function may do something else: ${aws_iam_role_policy.server.policy}"
  }
  assert {
    condition     = jsondecode(aws_iam_role.server.assume_role_policy).Statement == [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
    error_message = "Only Lambda may take the role on."
  }
}

run "key_ring_that_rotates" {
  assert {
    condition     = aws_secretsmanager_secret.key_ring[0].recovery_window_in_days == 30 && aws_secretsmanager_secret_rotation.key_ring[0].rotation_rules[0].automatically_after_days == 30 && aws_secretsmanager_secret_rotation.key_ring[0].rotate_immediately != false
    error_message = "A key is made at once and every 30 days, and a deleted ring comes back for as long."
  }
  assert {
    condition     = aws_lambda_function.key_rotation[0].handler == "index.handler" && aws_lambda_function.key_rotation[0].runtime == "nodejs24.x" && aws_lambda_function.key_rotation[0].architectures == tolist(["arm64"]) && aws_lambda_function.key_rotation[0].function_name == "notes-key-rotation"
    error_message = "The function is that of stacks/key-rotation."
  }
  assert {
    condition     = endswith(aws_lambda_function.key_rotation[0].filename, "/key-rotation.zip") && aws_lambda_function.key_rotation[0].source_code_hash == filebase64sha256("key-rotation.zip")
    error_message = "The function is that of stacks/key-rotation."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.key_rotation[0].policy).Statement == [
      { Effect = "Allow", Action = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"], Resource = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf" },
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:a-log:*" },
    ]
    error_message = "Rotation may do something else: ${aws_iam_role_policy.key_rotation[0].policy}"
  }
  assert {
    condition     = aws_lambda_permission.key_rotation[0].principal == "secretsmanager.amazonaws.com" && aws_lambda_permission.key_rotation[0].source_arn == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf" && aws_lambda_permission.key_rotation[0].source_account == "123456789012"
    error_message = "Secrets Manager may call it for this secret only."
  }
  assert {
    condition     = output.key_ring_name == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf" && local.server_environment.MCP_ANYCLOUD_STATE_KEYS_SECRET == output.key_ring_name
    error_message = "The server must be told of the secret, not of keys."
  }
}

run "shared_table_and_key_ring" {
  variables {
    shared_state = {
      table    = "shared"
      region   = "eu-central-1"
      key_ring = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf"
    }
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) + length(aws_secretsmanager_secret.key_ring) + length(aws_secretsmanager_secret_rotation.key_ring) + length(aws_lambda_function.key_rotation) + length(aws_lambda_permission.key_rotation) + length(aws_iam_role.key_rotation) + length(aws_iam_role_policy.key_rotation) + length(aws_cloudwatch_log_group.key_rotation) == 0
    error_message = "What is shared must not be made again."
  }
  assert {
    condition     = [for statement in slice(jsondecode(aws_iam_role_policy.server.policy).Statement, 0, 2) : statement.Resource] == ["arn:aws:dynamodb:eu-central-1:123456789012:table/shared", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf"]
    error_message = "The role must reach the shared table and the shared secret, and no other."
  }
  assert {
    condition     = tomap(local.server_environment) == tomap({ MCP_ANYCLOUD_TABLE = "shared", MCP_ANYCLOUD_STATE_KEYS_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf" })
    error_message = "The server must be told of what is shared."
  }
  assert {
    condition     = output.session_store_name == "shared" && output.key_ring_name == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf"
    error_message = "The outputs must name what is shared."
  }
}

run "stateless" {
  variables {
    session_store = "none"
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) + length(data.aws_dynamodb_table.shared) + length(aws_cloudwatch_metric_alarm.table_throttles) == 0
    error_message = "Without a store there must be no table, and nothing that watches one."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.server.policy, "dynamodb") && !strcontains(aws_cloudwatch_dashboard.server.dashboard_body, "DynamoDB")
    error_message = "Without a store the role must not reach any table."
  }
  assert {
    condition     = keys(local.server_environment) == ["MCP_ANYCLOUD_STATE_KEYS_SECRET"] && output.session_store_name == null
    error_message = "Without a store the server must not be told of one, but what travels with calls is still sealed."
  }
}

run "redis_in_a_network" {
  variables {
    session_store = "redis"
    redis         = { url_secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf", subnets = ["subnet-1"], security_groups = ["sg-1"] }
  }
  assert {
    condition     = tomap(local.server_environment) == tomap({ MCP_ANYCLOUD_REDIS_URL_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf", MCP_ANYCLOUD_STATE_KEYS_SECRET = local.key_ring_arn })
    error_message = "The server must be told where the URL is, and of no table: ${join(", ", keys(local.server_environment))}"
  }
  assert {
    condition     = length([for statement in jsondecode(aws_iam_role_policy.server.policy).Statement : statement if statement.Resource == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf" && statement.Action == ["secretsmanager:GetSecretValue"]]) == 1 && !strcontains(aws_iam_role_policy.server.policy, "dynamodb")
    error_message = "The role must read the one secret, and reach no table."
  }
  assert {
    condition     = aws_lambda_function.server.vpc_config[0].subnet_ids == toset(["subnet-1"]) && aws_lambda_function.server.vpc_config[0].security_group_ids == toset(["sg-1"]) && strcontains(aws_iam_role_policy.server.policy, "ec2:CreateNetworkInterface")
    error_message = "The function must stand in the network, and may."
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) + length(aws_cloudwatch_metric_alarm.table_throttles) == 0 && output.session_store_name == null
    error_message = "There must be no table besides."
  }
}

run "redis_that_is_reached_from_anywhere" {
  variables {
    session_store = "redis"
    redis         = { url_secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf" }
  }
  assert {
    condition     = length(aws_lambda_function.server.vpc_config) == 0 && !strcontains(aws_iam_role_policy.server.policy, "ec2:")
    error_message = "Without subnets the function must stand in no network."
  }
}

run "redis_without_a_security_group" {
  command = plan

  variables {
    session_store = "redis"
    redis         = { url_secret = "rediss://user:password@host:6380/0", subnets = ["subnet-1"] }
  }
  expect_failures = [var.redis]
}
