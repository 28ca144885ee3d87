# One page for the operators of the server. Its queries run only while somebody looks at it. Idle: nothing for the account's first three dashboards, then $3 a month.
locals {
  # The numbers that drive the cost.
  cost_drivers = concat(local.platform_cost_drivers, [
    for table in local.table_name[*] : {
      title   = "Cost: units of the table"
      metrics = [for name in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] : ["AWS/DynamoDB", name, "TableName", table]]
    }
  ])
}

resource "aws_cloudwatch_dashboard" "server" {
  region = var.region
  # Dashboards are the account's, not the Region's.
  dashboard_name = "${var.name}-${var.region}"
  dashboard_body = jsonencode({
    widgets = concat(
      [
        for query in local.pictures : {
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
