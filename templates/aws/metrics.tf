# What CloudWatch counts of the function: alarms.tf and dashboard.tf are made of it.
locals {
  live_dimensions = { FunctionName = var.name, Resource = "${var.name}:${aws_lambda_alias.live.name}" }

  task_alarms = {
    job-age = {
      description = "Jobs of tasks wait long for their invocation"
      namespace   = "AWS/Lambda"
      metric      = "AsyncEventAge"
      dimensions  = { FunctionName = var.name }
      statistic   = "Maximum"
      period      = 300
      threshold   = 60000
    }
    lost-jobs = {
      description = "Jobs of tasks failed three times"
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = "${var.name}-lost-jobs" }
      statistic   = "Maximum"
      period      = 300
      threshold   = 1
    }
  }

  platform_alarms = merge(var.tasks ? local.task_alarms : {}, {
    errors = {
      description = "The MCP function fails or times out"
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = local.live_dimensions
      statistic   = "Sum"
      period      = 60
      threshold   = 1
    }
    throttles = {
      description = "Lambda refuses invocations of the MCP function"
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = local.live_dimensions
      statistic   = "Sum"
      period      = 60
      threshold   = 1
    }
  })

  # Lambda bills the milliseconds times the memory.
  platform_cost_drivers = [
    {
      title = "Cost: requests"
      metrics = [
        concat([local.ingress.namespace, local.ingress.requests], flatten([for key, value in local.ingress.dimensions : [key, value]])),
        concat(["AWS/Lambda", "Invocations"], flatten([for key, value in local.live_dimensions : [key, value]])),
      ]
    },
    {
      title   = "Cost: milliseconds of the function"
      metrics = [concat(["AWS/Lambda", "Duration"], flatten([for key, value in local.live_dimensions : [key, value]]))]
    },
  ]
}
