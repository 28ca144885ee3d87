# One JSON line per request, and the numbers that are made of those lines as they come in. Idle: nothing; $0.30 a month each
# while there are requests.
resource "aws_cloudwatch_log_group" "requests" {
  region            = var.region
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

locals {
  # The namespace distinguishes servers in one account: a metric of a filter has dimensions only if it has no default.
  metric_namespace = "mcp-anycloud/${var.name}"

  request_metrics = {
    # Milliseconds until the last byte of an answer. Streams that wait for events are left out, since they last as long as they
    # may.
    RequestDuration = {
      log     = aws_cloudwatch_log_group.requests.name
      pattern = "{ ($.message = \"request\") && ($.httpMethod = \"POST\") && ($.mcpMethod != \"subscriptions/listen\") }"
      value   = "$.durationMs"
    }
    FailedRequests = {
      log     = aws_cloudwatch_log_group.requests.name
      pattern = "{ ($.message = \"request\") && ($.status >= 500) }"
      value   = "1"
    }
    # Their status is 200: the model is told in the answer.
    ToolErrors = {
      log     = aws_cloudwatch_log_group.requests.name
      pattern = "{ ($.message = \"request\") && ($.outcome = \"tool_error\") }"
      value   = "1"
    }
    # Requests that are refused or cancelled say nothing about a tool.
    ToolCalls = {
      log     = aws_cloudwatch_log_group.requests.name
      pattern = "{ ($.message = \"request\") && ($.mcpMethod = \"tools/call\") && ($.outcome != \"refused\") && ($.outcome != \"cancelled\") }"
      value   = "1"
    }
    FailedCalls = {
      log     = aws_cloudwatch_log_group.requests.name
      pattern = "{ ($.message = \"request\") && ($.mcpMethod = \"tools/call\") && ($.outcome != \"refused\") && ($.outcome != \"cancelled\") && ($.outcome != \"ok\") && ($.outcome != \"input_required\") }"
      value   = "1"
    }
    RejectedRequests = {
      log     = local.ingress.refusals_log
      pattern = local.ingress.refusals_pattern
      value   = "1"
    }
  }

  # Calls of each tool that is watched by name.
  tool_metrics = {
    for pair in setproduct(["ToolCalls", "FailedCalls"], var.alarm_tools) : join("/", pair) => merge(local.request_metrics[pair[0]], {
      pattern = replace(local.request_metrics[pair[0]].pattern, "/ }$/", " && ($.mcpName = \"${pair[1]}\") }")
    })
  }
}

resource "aws_cloudwatch_log_metric_filter" "requests" {
  for_each = merge(local.request_metrics, local.tool_metrics)

  region         = var.region
  name           = each.key
  log_group_name = each.value.log
  pattern        = each.value.pattern

  metric_transformation {
    name      = each.key
    namespace = local.metric_namespace
    value     = each.value.value
  }
}
