# What CloudWatch counts of tasks and load balancer: alarms.tf and dashboard.tf are made of it.
locals {
  task_dimensions = { ClusterName = aws_ecs_cluster.server.name, ServiceName = var.name }

  platform_alarms = {
    unhealthy = {
      description = "Tasks of the MCP server do not answer their health check"
      namespace   = "AWS/ApplicationELB"
      metric      = "UnHealthyHostCount"
      dimensions  = { LoadBalancer = aws_lb.server.arn_suffix, TargetGroup = aws_lb_target_group.server.arn_suffix }
      statistic   = "Minimum"
      period      = 300
      threshold   = 1
    }
    balancer-errors = {
      description = "The load balancer has no task that answers"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_ELB_5XX_Count"
      dimensions  = { LoadBalancer = aws_lb.server.arn_suffix }
      statistic   = "Sum"
      period      = 60
      threshold   = 5
    }
    memory = {
      description = "Tasks of the MCP server run out of memory"
      namespace   = "AWS/ECS"
      metric      = "MemoryUtilization"
      dimensions  = local.task_dimensions
      statistic   = "Maximum"
      period      = 300
      # Percent.
      threshold = 90
    }
  }

  # Fargate bills the time of each task, the load balancer its capacity.
  platform_cost_drivers = [
    {
      title = "Cost: requests and capacity of the load balancer"
      metrics = [for name in [local.ingress.requests, "ConsumedLCUs"] : concat(
        [local.ingress.namespace, name], flatten([for key, value in local.ingress.dimensions : [key, value]]),
      )]
    },
    {
      title = "Cost: tasks that are not idle"
      metrics = [for name in ["CPUUtilization", "MemoryUtilization"] : concat(
        ["AWS/ECS", name], flatten([for key, value in local.task_dimensions : [key, value]]),
      )]
    },
  ]
}
