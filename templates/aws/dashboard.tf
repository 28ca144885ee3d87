# One page for the operators of the server. Idle: nothing for the account's first three dashboards, then $3 a month.
locals {
  percentiles = "pct(durationMs, 50) as p50, pct(durationMs, 95) as p95, pct(durationMs, 99) as p99"

  # Queries of the request log, in CloudWatch Logs Insights. They run only while somebody looks at the dashboard, so they cost nothing else.
  queries = [
    { title = "Requests by method", view = "bar", ask = "stats count(*) as requests by mcpMethod | sort requests desc" },
    { title = "Calls by tool or prompt", view = "table", ask = "filter ispresent(mcpName) | stats count(*) as calls, ${local.percentiles} by mcpMethod, mcpName | sort calls desc" },
    { title = "Latency in milliseconds", view = "timeSeries", ask = "filter mcpMethod != \"subscriptions/listen\" | stats ${local.percentiles} by bin(5m)" },
    { title = "Sessions opened", view = "timeSeries", ask = "filter mcpMethod = \"initialize\" and status = 200 | stats count(*) as sessions by bin(5m)" },
    { title = "Requests by protocol era", view = "bar", ask = "stats count(*) as requests by era" },
    { title = "Cold starts", view = "timeSeries", ask = "filter ispresent(coldStart) | stats count(*) as starts by bin(5m)" },
    { title = "Outcomes", view = "bar", ask = "filter ispresent(mcpMethod) | stats count(*) as requests by outcome | sort requests desc" },
    { title = "Failures by method and tool", view = "table", ask = "filter outcome in [\"tool_error\", \"protocol_error\", \"timed_out\", \"instance_lost\"] | stats count(*) as failures by mcpMethod, mcpName, outcome | sort failures desc" },
    { title = "Tasks by status: jobs, longest age and longest delay in milliseconds", view = "table", ask = "filter ispresent(taskStatus) | stats count(*) as jobs, max(taskAgeMs) as age, max(taskDelayMs) as delay by taskStatus" },
    { title = "Operations of the store", view = "timeSeries", ask = "stats sum(storeReads) as reads, sum(storeWrites) as writes by bin(5m)" },
    { title = "Answers by status", view = "bar", ask = "stats count(*) as answers by status" },
    { title = "Bytes sent", view = "timeSeries", ask = "stats sum(responseBytes) as bytes by bin(5m)" },
  ]

  # The numbers that drive the cost. Lambda bills the milliseconds times the memory.
  cost_drivers = concat(
    [
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
    ],
    [
      for table in local.table_name[*] : {
        title   = "Cost: units of the table"
        metrics = [for name in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] : ["AWS/DynamoDB", name, "TableName", table]]
      }
    ],
  )
}

resource "aws_cloudwatch_dashboard" "server" {
  region = var.region
  # Dashboards are the account's, not the Region's.
  dashboard_name = "${var.name}-${var.region}"
  dashboard_body = jsonencode({
    widgets = concat(
      [
        for query in local.queries : {
          type   = "log"
          width  = 12
          height = 6
          properties = {
            title  = query.title
            view   = query.view
            region = var.region
            query  = "SOURCE '${aws_cloudwatch_log_group.requests.name}' | filter message = \"request\" | ${query.ask}"
          }
        }
      ],
      [
        for driver in local.cost_drivers : {
          type   = "metric"
          width  = 8
          height = 6
          properties = {
            title   = driver.title
            view    = "timeSeries"
            region  = var.region
            stat    = "Sum"
            period  = 300
            metrics = driver.metrics
          }
        }
      ],
    )
  })
}
