# The one address of all tasks, where TLS ends. Nothing listens on port 80: a client that forgets the s would send its token as
# text before any redirect.
resource "aws_lb" "server" {
  region             = var.region
  name               = var.name
  load_balancer_type = "application"
  internal           = var.network.internal
  subnets            = var.network.load_balancer_subnets
  security_groups    = [aws_security_group.load_balancer.id]
  # Streams that only wait carry a comment every 15 seconds. Less than the 620 seconds for which the server keeps connections
  # that nobody uses (adapters/gcp/container.ts): the balancer must close first.
  idle_timeout               = min(var.timeout_seconds, 600)
  drop_invalid_header_fields = true
  preserve_host_header       = true
  # By the last entry of X-Forwarded-For, which is the balancer's own, the server counts clients: var.trusted_proxies.
  xff_header_processing_mode = "append"
  tags                       = local.tags
}

resource "aws_lb_listener" "https" {
  region            = var.region
  load_balancer_arn = aws_lb.server.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.custom_domain.certificate
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.server.arn
  }
}

resource "aws_lb_target_group" "server" {
  region = var.region
  # At most six characters. A name of its own, because a group that a listener names is replaced by a second one.
  name_prefix          = substr(var.name, 0, 6)
  vpc_id               = var.network.vpc
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.port
  deregistration_delay = local.drain_seconds
  tags                 = local.tags

  # The server answers this path by itself (src/endpoint.ts).
  health_check {
    path                = "/health"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  ingress = {
    origin     = "https://${var.custom_domain.name}"
    namespace  = "AWS/ApplicationELB"
    dimensions = { LoadBalancer = aws_lb.server.arn_suffix }
    requests   = "RequestCount"
    # Those of the tasks. HTTPCode_ELB_5XX_Count has those of the balancer, such as for a task that is gone.
    server_errors = "HTTPCode_Target_5XX_Count"
    # The server logs the requests that it rejects.
    refusals_log     = aws_cloudwatch_log_group.requests.name
    refusals_pattern = "{ ($.message = \"request\") && ($.status = 401) }"
  }
}
