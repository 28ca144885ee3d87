# Who reaches whom: clients the load balancer, the balancer the tasks, the tasks what is served over TLS. Where your server calls
# something on another port, such as a database, add a rule to the group that tasks have.
resource "aws_security_group" "load_balancer" {
  region      = var.region
  name_prefix = "${var.name}-load-balancer-"
  description = "Load balancer of the MCP server"
  vpc_id      = var.network.vpc
  tags        = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "tasks" {
  region      = var.region
  name_prefix = "${var.name}-tasks-"
  description = "Tasks of the MCP server"
  vpc_id      = var.network.vpc
  tags        = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = { ipv4 = "0.0.0.0/0", ipv6 = "::/0" }

  region            = var.region
  security_group_id = aws_security_group.load_balancer.id
  description       = "Clients"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.key == "ipv4" ? each.value : null
  cidr_ipv6         = each.key == "ipv6" ? each.value : null
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "to_tasks" {
  region                       = var.region
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "Tasks, and their health"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.tasks.id
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "from_load_balancer" {
  region                       = var.region
  security_group_id            = aws_security_group.tasks.id
  description                  = "The load balancer alone"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.load_balancer.id
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "from_tasks" {
  for_each = { ipv4 = "0.0.0.0/0", ipv6 = "::/0" }

  region            = var.region
  security_group_id = aws_security_group.tasks.id
  description       = "AWS, issuers of tokens, and what the server calls"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.key == "ipv4" ? each.value : null
  cidr_ipv6         = each.key == "ipv6" ? each.value : null
  tags              = local.tags
}
