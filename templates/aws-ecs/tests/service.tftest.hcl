mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name   = "notes"
  region = "eu-central-1"
  auth   = "public"
  image  = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  network = {
    vpc                   = "vpc-1"
    load_balancer_subnets = ["subnet-1", "subnet-2"]
    task_subnets          = ["subnet-3"]
  }
  custom_domain = {
    name        = "mcp.example.com"
    certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
  }
}

run "container_without_rights" {
  assert {
    condition = { for key, value in jsondecode(aws_ecs_task_definition.server.container_definitions)[0] : key => value if !contains(["environment", "logConfiguration"], key) } == {
      name                   = "server"
      image                  = var.image
      essential              = true
      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { capabilities = { drop = ["ALL"] } }
      portMappings           = [{ containerPort = 8080, protocol = "tcp" }]
    }
    error_message = "The container must be the image, without root, writable files and rights: ${aws_ecs_task_definition.server.container_definitions}"
  }
  assert {
    condition     = aws_ecs_task_definition.server.cpu == "512" && aws_ecs_task_definition.server.memory == "1024" && aws_ecs_task_definition.server.network_mode == "awsvpc" && aws_ecs_task_definition.server.skip_destroy && aws_ecs_task_definition.server.runtime_platform[0].cpu_architecture == "X86_64"
    error_message = "The task must have a size that Fargate sells, and leave the revision before it."
  }
  assert {
    condition = { for one in jsondecode(aws_ecs_task_definition.server.container_definitions)[0].environment : one.name => one.value } == {
      AWS_REGION                     = "eu-central-1"
      MCP_ANYCLOUD_ALLOWED_HOSTS     = "mcp.example.com"
      MCP_ANYCLOUD_SHUTDOWN_SECONDS  = "30"
      MCP_ANYCLOUD_STATE_KEYS_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf"
      MCP_ANYCLOUD_TABLE             = "notes"
      MCP_ANYCLOUD_TIMEOUT_SECONDS   = "900"
      MCP_ANYCLOUD_TRUSTED_PROXIES   = "1"
      PORT                           = "8080"
    }
    error_message = "The server gets another environment: ${jsonencode(local.server_environment)}"
  }
}

run "roles" {
  assert {
    condition = jsondecode(aws_iam_role_policy.server.policy).Statement == [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query"], Resource = "arn:aws:dynamodb:eu-central-1:123456789012:table/notes" },
      { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:notes-key-ring-1-AbCdEf" },
    ]
    error_message = "The server may do something else: ${aws_iam_role_policy.server.policy}"
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.agent.policy).Statement == [
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:a-log:*" },
      { Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = "*" },
      { Effect = "Allow", Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = "arn:aws:ecr:eu-central-1:123456789012:repository/team/notes" },
    ]
    error_message = "The agent may do something else: ${aws_iam_role_policy.agent.policy}"
  }
  assert {
    condition = alltrue([for role in [aws_iam_role.server, aws_iam_role.agent] : jsondecode(role.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-central-1:123456789012:*" }
      }
    }]])
    error_message = "Only tasks of this account may take the roles on."
  }
}

run "tls_health_and_drain" {
  assert {
    condition     = aws_lb_listener.https.port == 443 && aws_lb_listener.https.protocol == "HTTPS" && aws_lb_listener.https.certificate_arn == var.custom_domain.certificate && strcontains(aws_lb_listener.https.ssl_policy, "TLS13-1-2")
    error_message = "Clients must come by TLS 1.2 or 1.3 alone."
  }
  assert {
    condition     = aws_lb_target_group.server.health_check[0].path == "/health" && aws_lb_target_group.server.health_check[0].matcher == "200" && aws_lb_target_group.server.target_type == "ip"
    error_message = "The balancer must ask what says whether the server is ready."
  }
  assert {
    condition     = tonumber(aws_lb_target_group.server.deregistration_delay) == jsondecode(aws_ecs_task_definition.server.container_definitions)[0].stopTimeout
    error_message = "A task must drain for as long as it has to end."
  }
  assert {
    condition     = aws_lb.server.idle_timeout == 600 && !aws_lb.server.internal && aws_lb.server.drop_invalid_header_fields && aws_lb.server.preserve_host_header
    error_message = "The balancer must close idle connections before the server does, and pass the host on."
  }
  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port]) == toset([443]) && aws_vpc_security_group_ingress_rule.from_load_balancer.from_port == 8080 && aws_vpc_security_group_ingress_rule.from_load_balancer.cidr_ipv4 == null && toset([for rule in aws_vpc_security_group_egress_rule.from_tasks : rule.to_port]) == toset([443])
    error_message = "Tasks must be reached by the balancer alone, and reach others by TLS alone."
  }
}

run "deployments_that_go_back" {
  assert {
    condition     = aws_ecs_service.server.deployment_circuit_breaker[0].enable && aws_ecs_service.server.deployment_circuit_breaker[0].rollback && aws_ecs_service.server.alarms[0].rollback && toset(aws_ecs_service.server.alarms[0].alarm_names) == toset(["notes-server-errors", "notes-failed-calls"])
    error_message = "A version that does not start, or whose clients get errors, must go back."
  }
  assert {
    condition     = aws_ecs_service.server.deployment_minimum_healthy_percent == 100 && aws_appautoscaling_target.server.min_capacity == 2 && aws_appautoscaling_target.server.max_capacity == 20
    error_message = "No task may end before another one serves."
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.server) == ["balancer-errors", "memory", "server-errors", "slow", "tool-errors", "unauthenticated", "unhealthy"]
    error_message = "Other alarms: ${jsonencode(keys(aws_cloudwatch_metric_alarm.server))}"
  }
  assert {
    condition     = output.mcp_url == "https://mcp.example.com/mcp" && output.app == aws_ecs_service.server.id && output.session_store_name == "notes"
    error_message = "An output is another."
  }
}

run "elsewhere" {
  variables {
    session_store = "none"
    image         = "registry.example.com/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    auth          = "jwt"
    tokens        = { issuers = [{ issuer = "https://login.example.com" }], required_scopes = ["notes"] }
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1", zone = "Z0123456789" }
    settings      = { path = "/notes" }
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.server.policy, "dynamodb") && !strcontains(aws_iam_role_policy.agent.policy, "ecr")
    error_message = "Without a table and a registry of AWS, nothing may be allowed for them."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "https://mcp.example.com/notes" && local.server_environment.MCP_ANYCLOUD_REQUIRED_SCOPES == "notes" && jsondecode(local.server_environment.MCP_ANYCLOUD_TOKEN_ISSUERS) == [{ issuer = "https://login.example.com" }] && !contains(keys(local.server_environment), "MCP_ANYCLOUD_TABLE")
    error_message = "The server must be told whose tokens are good for which URL."
  }
  assert {
    condition     = aws_route53_record.server[0].alias[0].name == "notes-1.eu-central-1.elb.amazonaws.com"
    error_message = "The name must lead to the load balancer."
  }
}

run "redis" {
  variables {
    session_store = "redis"
    redis         = { url_secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf", security_groups = ["sg-1"] }
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_REDIS_URL_SECRET == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf" && !contains(keys(local.server_environment), "MCP_ANYCLOUD_TABLE") && length(aws_dynamodb_table.sessions) == 0
    error_message = "The server must be told where the URL is, and of no table."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.server.policy).Statement : statement.Resource] == [local.key_ring_arn, "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf"]
    error_message = "The server may do something else: ${aws_iam_role_policy.server.policy}"
  }
  assert {
    condition     = contains(aws_ecs_service.server.network_configuration[0].security_groups, "sg-1") && length(aws_ecs_service.server.network_configuration[0].security_groups) == 2
    error_message = "Tasks must be in the group that the server lets in, besides their own."
  }
}
