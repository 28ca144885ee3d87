# Written by `npm run generate` from templates/aws/key-ring.tf: change that, not this file.

# The keys that seal `requestState`, in a secret, with a function that adds a key now and then. The first rotation follows the
# creation at once and makes the first key: no key is ever in the state. Secrets Manager rotates a secret that has no value
# yet (hashicorp/terraform-provider-aws#10619).
locals {
  own_key_ring = var.shared_state.key_ring == null
  key_ring_arn = local.own_key_ring ? one(aws_secretsmanager_secret.key_ring[*].arn) : var.shared_state.key_ring

  key_rotation_zip = "${path.module}/key-rotation.zip"

  lambda_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } },
    ]
  })
}

resource "aws_secretsmanager_secret" "key_ring" {
  count = local.own_key_ring ? 1 : 0

  region = var.region
  # A name is taken until the recovery window of its deleted secret is over, so none is used twice.
  name_prefix             = "${var.name}-key-ring-"
  description             = "Keys that seal what an MCP call remembers while its client asks the user"
  recovery_window_in_days = 30
  tags                    = local.tags
}

resource "aws_secretsmanager_secret_rotation" "key_ring" {
  count = local.own_key_ring ? 1 : 0

  region              = var.region
  secret_id           = aws_secretsmanager_secret.key_ring[0].id
  rotation_lambda_arn = aws_lambda_function.key_rotation[0].arn

  rotation_rules {
    automatically_after_days = 30
  }

  depends_on = [aws_lambda_permission.key_rotation, aws_iam_role_policy.key_rotation]
}

resource "aws_lambda_function" "key_rotation" {
  count = local.own_key_ring ? 1 : 0

  region           = var.region
  function_name    = "${var.name}-key-rotation"
  description      = "Adds a key to the key ring, and takes away those that sealed nothing which is still good"
  filename         = local.key_rotation_zip
  source_code_hash = filebase64sha256(local.key_rotation_zip)
  handler          = "index.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 60
  role             = aws_iam_role.key_rotation[0].arn
  tags             = local.tags

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.key_rotation[0].name
  }
}

resource "aws_lambda_permission" "key_rotation" {
  count = local.own_key_ring ? 1 : 0

  region         = var.region
  statement_id   = "SecretsManager"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.key_rotation[0].function_name
  principal      = "secretsmanager.amazonaws.com"
  source_arn     = aws_secretsmanager_secret.key_ring[0].arn
  source_account = data.aws_caller_identity.current.account_id
}

resource "aws_cloudwatch_log_group" "key_rotation" {
  count = local.own_key_ring ? 1 : 0

  region            = var.region
  name              = "/aws/lambda/${var.name}-key-rotation"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "key_rotation" {
  count = local.own_key_ring ? 1 : 0

  name_prefix        = "${var.name}-"
  description        = "What rotating the key ring takes"
  assume_role_policy = local.lambda_trust
  tags               = local.tags
}

resource "aws_iam_role_policy" "key_rotation" {
  count = local.own_key_ring ? 1 : 0

  name = "key-rotation"
  role = aws_iam_role.key_rotation[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        # "Permissions for rotation" of the Secrets Manager User Guide, without the password generator, which knows no base64.
        Action   = [for name in ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"] : "secretsmanager:${name}"]
        Resource = aws_secretsmanager_secret.key_ring[0].arn
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.key_rotation[0].arn}:*"
      },
    ]
  })
}
