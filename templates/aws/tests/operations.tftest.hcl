mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  auth     = "public"
  artefact = "key-rotation.zip"
}

run "function_from_the_artefact" {
  assert {
    condition     = aws_lambda_function.server.runtime == "nodejs24.x" && aws_lambda_function.server.architectures == tolist(["arm64"]) && aws_lambda_function.server.handler == "index.handler" && aws_lambda_function.server.memory_size == 1024 && aws_lambda_function.server.timeout == 900 && aws_lambda_function.server.reserved_concurrent_executions == -1
    error_message = "The function is what `mcp-anycloud build` makes, with the longest time that there is."
  }
  assert {
    condition     = aws_lambda_function.server.filename == "key-rotation.zip" && aws_lambda_function.server.source_code_hash == filebase64sha256("key-rotation.zip")
    error_message = "The code is that of the variable artefact."
  }
  assert {
    condition     = aws_lambda_function.server.publish && aws_lambda_alias.live.name == "live" && aws_lambda_alias.live.function_version == "7"
    error_message = "The alias must point at the newest version."
  }
  assert {
    condition     = aws_lambda_function.server.tracing_config[0].mode == "Active" && aws_lambda_function.server.logging_config[0].log_format == "JSON" && aws_lambda_function.server.logging_config[0].application_log_level == "INFO" && aws_lambda_function.server.logging_config[0].system_log_level == "INFO" && aws_lambda_function.server.logging_config[0].log_group == "/aws/lambda/notes"
    error_message = "The function must be traced, and write JSON to its own log."
  }
  assert {
    condition     = aws_lambda_function.server.environment[0].variables == tomap(local.server_environment)
    error_message = "The function's variables are those of server-environment.tf."
  }
  assert {
    condition     = output.log_location == "/aws/lambda/notes" && tomap(local.tags) == tomap({ mcp-server = "notes", part-of = "mcp-anycloud" })
    error_message = "What is made must say whose it is."
  }
}

run "every_setting" {
  variables {
    environment = { COLOUR = "yellow" }
    tags        = { team = "notes", part-of = "the-desk" }
    settings = {
      path                  = "/notes"
      allowed_origins       = ["https://a.example", "https://b.example"]
      max_body_bytes        = 33554432
      heartbeat_seconds     = 10
      session_seconds       = 3600
      session_grace_seconds = 0
      stream_seconds        = 30
      log_level             = "error"
    }
  }
  assert {
    condition = aws_lambda_function.server.environment[0].variables == tomap({
      COLOUR                             = "yellow"
      MCP_ANYCLOUD_PATH                  = "/notes"
      MCP_ANYCLOUD_ALLOWED_ORIGINS       = "https://a.example,https://b.example"
      MCP_ANYCLOUD_MAX_BODY_BYTES        = "33554432"
      MCP_ANYCLOUD_HEARTBEAT_SECONDS     = "10"
      MCP_ANYCLOUD_SESSION_SECONDS       = "3600"
      MCP_ANYCLOUD_SESSION_GRACE_SECONDS = "0"
      MCP_ANYCLOUD_STREAM_SECONDS        = "30"
      MCP_ANYCLOUD_LOG_LEVEL             = "error"
      MCP_ANYCLOUD_TABLE                 = "notes"
      MCP_ANYCLOUD_STATE_KEYS_SECRET     = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf"
    })
    error_message = "Each setting has its variable: ${jsonencode(aws_lambda_function.server.environment[0].variables)}"
  }
  assert {
    condition     = tomap(local.tags) == tomap({ mcp-server = "notes", part-of = "the-desk", team = "notes" })
    error_message = "Tags of one's own come last."
  }
}

run "alarms_that_somebody_hears" {
  variables {
    alarm_targets      = ["arn:aws:sns:eu-central-1:123456789012:notes"]
    alarm_tools        = ["pay"]
    log_retention_days = 90
  }
  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.server : key => [alarm.metric_name, alarm.threshold, alarm.period] } == {
      errors          = ["Errors", 1, 60]
      slow            = ["RequestDuration", 30000, 300]
      server-errors   = ["5XXError", 5, 60]
      throttles       = ["Throttles", 1, 60]
      tool-errors     = ["ToolErrors", 50, 300]
      unauthenticated = ["RejectedRequests", 100, 300]
    }
    error_message = "The thresholds are those of stacks/alarms.ts."
  }
  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.server), aws_cloudwatch_metric_alarm.table_throttles) : alarm.treat_missing_data == "notBreaching" && alarm.comparison_operator == "GreaterThanOrEqualToThreshold" && alarm.evaluation_periods == 1 && tolist(alarm.alarm_actions) == tolist(["arn:aws:sns:eu-central-1:123456789012:notes"]) && tolist(alarm.ok_actions) == tolist(["arn:aws:sns:eu-central-1:123456789012:notes"])])
    error_message = "No data is no alarm, and the topic hears of all of them."
  }
  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.failed_calls : key => join(" ", sort([for query in alarm.metric_query : query.metric[0].metric_name if query.id != "share"])) } == { failed-calls = "FailedCalls ToolCalls", failed-calls-pay = "FailedCalls/pay ToolCalls/pay" }
    error_message = "A tool that is watched by name has a share of its own."
  }
  assert {
    condition     = aws_cloudwatch_log_metric_filter.requests["FailedCalls/pay"].pattern == "{ ($.message = \"request\") && ($.mcpMethod = \"tools/call\") && ($.outcome != \"refused\") && ($.outcome != \"cancelled\") && ($.outcome != \"ok\") && ($.outcome != \"input_required\") && ($.mcpName = \"pay\") }"
    error_message = "Its calls are those of its name: ${aws_cloudwatch_log_metric_filter.requests["FailedCalls/pay"].pattern}"
  }
  assert {
    condition     = { for query in aws_cloudwatch_metric_alarm.table_throttles[0].metric_query : query.id => try(query.metric[0].metric_name, query.expression) } == { reads = "ReadThrottleEvents", throttled = "reads + writes", writes = "WriteThrottleEvents" }
    error_message = "Reads and writes that the table refused count together."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.server["server-errors"].dimensions == tomap({ ApiName = "notes" }) && aws_cloudwatch_metric_alarm.server["errors"].dimensions == tomap({ FunctionName = "notes", Resource = "notes:live" })
    error_message = "Each alarm watches this server."
  }
  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.server : key => alarm.evaluate_low_sample_count_percentiles if alarm.extended_statistic == "p99" } == { slow = "ignore" }
    error_message = "The slowest of a few answers is their p99, and no alarm."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.server["slow"].extended_statistic == "p99" && aws_cloudwatch_metric_alarm.server["errors"].statistic == "Sum" && aws_cloudwatch_metric_alarm.server["slow"].namespace == "mcp-anycloud/notes"
    error_message = "99 of 100 answers must be fast; the others are counted."
  }
  assert {
    condition     = alltrue([for group in concat([aws_cloudwatch_log_group.requests], aws_cloudwatch_log_group.access, aws_cloudwatch_log_group.execution, aws_cloudwatch_log_group.key_rotation) : group.retention_in_days == 90])
    error_message = "No log is kept for ever."
  }
}

# The fields of the lines that src/http/request-log.ts writes, in the patterns of stacks/request-log.ts.
run "numbers_from_the_log" {
  assert {
    condition = { for key, filter in aws_cloudwatch_log_metric_filter.requests : key => [filter.log_group_name, filter.pattern, filter.metric_transformation[0].value] } == {
      RequestDuration  = ["/aws/lambda/notes", "{ ($.message = \"request\") && ($.httpMethod = \"POST\") && ($.mcpMethod != \"subscriptions/listen\") }", "$.durationMs"]
      FailedRequests   = ["/aws/lambda/notes", "{ ($.message = \"request\") && ($.status >= 500) }", "1"]
      ToolErrors       = ["/aws/lambda/notes", "{ ($.message = \"request\") && ($.outcome = \"tool_error\") }", "1"]
      ToolCalls        = ["/aws/lambda/notes", "{ ($.message = \"request\") && ($.mcpMethod = \"tools/call\") && ($.outcome != \"refused\") && ($.outcome != \"cancelled\") }", "1"]
      FailedCalls      = ["/aws/lambda/notes", "{ ($.message = \"request\") && ($.mcpMethod = \"tools/call\") && ($.outcome != \"refused\") && ($.outcome != \"cancelled\") && ($.outcome != \"ok\") && ($.outcome != \"input_required\") }", "1"]
      RejectedRequests = ["/aws/apigateway/notes", "{ ($.status = \"401\") || ($.status = \"403\") }", "1"]
    }
    error_message = "What is counted is not what the log says."
  }
  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.server.dashboard_body).widgets) == length(local.pictures) + 3 && alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.server.dashboard_body).widgets : startswith(widget.properties.query, "SOURCE '/aws/lambda/notes' | filter message = \"request\" | ") if widget.type == "log"])
    error_message = "The dashboard asks the request log the question of each picture, and shows three things that cost."
  }
  assert {
    condition     = output.dashboard_url == "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards/dashboard/notes-eu-central-1"
    error_message = "The output must lead to the dashboard: ${output.dashboard_url}"
  }
}

run "sizes_of_instances" {
  variables {
    memory_mib      = 2048
    min_instances   = 2
    max_instances   = 20
    timeout_seconds = 60
    node_version    = "22"
  }
  assert {
    condition     = aws_lambda_function.server.memory_size == 2048 && aws_lambda_function.server.timeout == 60 && aws_lambda_function.server.runtime == "nodejs22.x" && aws_lambda_function.server.reserved_concurrent_executions == 20
    error_message = "Instances must be as many and as large as was asked."
  }
  assert {
    condition     = aws_lambda_provisioned_concurrency_config.live[0].provisioned_concurrent_executions == 2 && aws_lambda_provisioned_concurrency_config.live[0].qualifier == "live"
    error_message = "Instances must be kept ready behind the alias."
  }
  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.route : integration.timeout_milliseconds == 60000])
    error_message = "The gateway must not wait longer than the function may take."
  }
}

run "sizes_that_aws_has_not" {
  command = plan

  variables {
    memory_mib      = 64
    min_instances   = 21
    max_instances   = 20
    timeout_seconds = 901
    node_version    = "20"
  }
  expect_failures = [var.memory_mib, var.min_instances, var.timeout_seconds, var.node_version]
}
