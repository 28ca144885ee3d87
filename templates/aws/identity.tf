# A role of the function's own: its table, its key ring, its log, and X-Ray, whose actions know no resources.
resource "aws_iam_role" "server" {
  # Roles are the account's, not the Region's: two deployments may have one name.
  name_prefix        = "${var.name}-"
  description        = "What the MCP server may do"
  assume_role_policy = local.lambda_trust
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

locals {
  function_arn = "arn:${data.aws_partition.current.partition}:lambda:${var.region}:${data.aws_caller_identity.current.account_id}:function:${var.name}"

  server_statements = concat(
    # The operations of adapters/aws/dynamodb/dynamodb-client.ts, and no other.
    [
      for table in local.table_arn[*] : {
        Action   = [for name in ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"] : "dynamodb:${name}"]
        Resource = table
      }
    ],
    # A task goes on in an invocation of the function by itself, in the version that sends. By name: the function waits for
    # this policy.
    var.tasks ? [{ Action = ["lambda:InvokeFunction"], Resource = [local.function_arn, "${local.function_arn}:*"] }] : [],
    [for queue in aws_sqs_queue.lost_jobs : { Action = ["sqs:SendMessage"], Resource = queue.arn }],
    [for secret in var.redis[*].url_secret : { Action = ["secretsmanager:GetSecretValue"], Resource = secret }],
    # "Required IAM permissions" of "Giving Lambda functions access to resources in an Amazon VPC": interfaces have no names before.
    length(local.subnets) == 0 ? [] : [{
      Action = [
        for name in ["AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "UnassignPrivateIpAddresses"] : "ec2:${name}"
      ]
      Resource = "*"
    }],
    [
      { Action = ["secretsmanager:GetSecretValue"], Resource = local.key_ring_arn },
      { Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.requests.arn}:*" },
      { Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource = "*" },
    ],
  )
}
