# Two roles: the task's own, of which the server is the only user, and that of the agent that starts it.
resource "aws_iam_role" "server" {
  # Roles are the account's, not the Region's: two deployments may have one name.
  name_prefix        = "${var.name}-"
  description        = "What the MCP server may do"
  assume_role_policy = local.task_trust
  tags               = local.tags
}

resource "aws_iam_role_policy" "server" {
  name = "server"
  role = aws_iam_role.server.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.server_statements : merge({ Effect = "Allow" }, statement)]
  })
}

resource "aws_iam_role" "agent" {
  name_prefix        = "${var.name}-"
  description        = "What starting the MCP server takes"
  assume_role_policy = local.task_trust
  tags               = local.tags
}

resource "aws_iam_role_policy" "agent" {
  name = "agent"
  role = aws_iam_role.agent.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.agent_statements : merge({ Effect = "Allow" }, statement)]
  })
}

locals {
  # For tasks of this account and Region alone ("Confused deputy prevention" of the ECS Developer Guide).
  task_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:ecs:${var.region}:${data.aws_caller_identity.current.account_id}:*" }
      }
    }]
  })

  server_statements = concat(
    # The operations of adapters/aws/dynamodb/dynamodb-client.ts, and no other.
    [
      for table in local.table_arn[*] : {
        Action   = [for name in ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"] : "dynamodb:${name}"]
        Resource = table
      }
    ],
    [for secret in concat([local.key_ring_arn], var.redis[*].url_secret) : { Action = ["secretsmanager:GetSecretValue"], Resource = secret }],
  )

  # An image of the account's registry is read with this role. Its login knows no resources.
  ecr_images = [
    for found in regexall("^([0-9]{12})[.]dkr[.]ecr[.]([a-z0-9-]+)[.]amazonaws[.]com(?:[.]cn)?/([a-z0-9._/-]+)[:@]", var.image) : "arn:${data.aws_partition.current.partition}:ecr:${found[1]}:${found[0]}:repository/${found[2]}"
  ]

  agent_statements = concat(
    [{ Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.requests.arn}:*" }],
    flatten([
      for repository in local.ecr_images : [
        { Action = ["ecr:GetAuthorizationToken"], Resource = "*" },
        { Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = repository },
      ]
    ]),
  )
}
