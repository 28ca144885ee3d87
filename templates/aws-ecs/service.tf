# The image on Fargate. A new version is a new revision of the task definition, whose tasks serve before those of the last one end.
resource "aws_ecs_cluster" "server" {
  region = var.region
  name   = var.name
  tags   = local.tags
}

resource "aws_ecs_task_definition" "server" {
  region                   = var.region
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  # Fargate sells processors by the memory ("Task CPU and memory"): 1,024 units are one.
  cpu                = var.memory_mib / 2
  memory             = var.memory_mib
  task_role_arn      = aws_iam_role.server.arn
  execution_role_arn = aws_iam_role.agent.arn
  # The last revision stays, for the service to go back to.
  skip_destroy = true
  tags         = local.tags

  # Packages with native code are for this processor (docs/assets.md).
  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  container_definitions = jsonencode([{
    name                   = "server"
    image                  = var.image
    essential              = true
    user                   = "1000:1000"
    readonlyRootFilesystem = true
    stopTimeout            = local.drain_seconds
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    portMappings           = [{ containerPort = local.port, protocol = "tcp" }]
    environment            = [for name, value in local.server_environment : { name = name, value = value }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.requests.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "server"
        # A log that cannot be written holds back no answer ("Preventing log loss with non-blocking mode").
        mode            = "non-blocking"
        max-buffer-size = "25m"
      }
    }
  }])
}

resource "aws_ecs_service" "server" {
  region          = var.region
  name            = var.name
  cluster         = aws_ecs_cluster.server.arn
  task_definition = aws_ecs_task_definition.server.arn
  launch_type     = "FARGATE"
  desired_count   = var.min_instances
  propagate_tags  = "SERVICE"
  tags            = local.tags

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60
  # Terraform ends when the version serves, or when ECS has gone back to the one before.
  wait_for_steady_state = true

  # A version whose tasks do not become healthy, or whose clients get errors, goes back by itself.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  alarms {
    enable      = true
    rollback    = true
    alarm_names = concat([aws_cloudwatch_metric_alarm.server["server-errors"].alarm_name], values(aws_cloudwatch_metric_alarm.failed_calls)[*].alarm_name)
  }

  network_configuration {
    subnets          = var.network.task_subnets
    security_groups  = concat([aws_security_group.tasks.id], try(var.redis.security_groups, []))
    assign_public_ip = var.network.task_public_ip
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.server.arn
    container_name   = "server"
    container_port   = local.port
  }

  lifecycle {
    # scaling.tf decides it.
    ignore_changes = [desired_count]

    # A service that went back is steady, too, and the provider is content with that (hashicorp/terraform-provider-aws#20858).
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.server.arn
      error_message = "The new version did not become healthy, or an alarm went off, and ECS went back to the one before: see the service's events and the log, and apply again once it is mended."
    }
  }

  # Without them, the first tasks could neither be reached nor do what they need.
  depends_on = [aws_lb_listener.https, aws_iam_role_policy.server, aws_iam_role_policy.agent]
}

locals {
  app = aws_ecs_service.server.id
}
