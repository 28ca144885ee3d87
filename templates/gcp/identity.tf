# The identity of the server. It has no role in the project; it may only read its key ring's secret.
resource "google_service_account" "server" {
  project      = var.project
  account_id   = "${var.name}-run"
  display_name = "MCP server ${var.name}"

  depends_on = [google_project_service.required]
}

# And the secret with a Redis server's URL, where there is one.
resource "google_secret_manager_secret_iam_member" "redis" {
  count = var.redis == null ? 0 : 1

  secret_id = var.redis.url_secret
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.server.member
}

# Its role in AWS, which it assumes with a token by which Google attests this one service account. There is no key.
locals {
  aws_token_audience = "sts.amazonaws.com"
}

resource "aws_iam_role" "server" {
  count = local.uses_aws ? 1 : 0

  # Roles are the account's, not the Region's: two deployments may have one name.
  name_prefix = "${var.name}-"
  description = "What the MCP server on Google Cloud may do in AWS"

  # AWS knows Google's tokens without an identity provider. It compares the audience as `oaud`; its `aud` is the token's `azp`
  # (IAM User Guide, "Available keys for AWS OIDC federation").
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Federated = "accounts.google.com" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "accounts.google.com:sub"  = google_service_account.server.unique_id
            "accounts.google.com:oaud" = local.aws_token_audience
          }
        }
      },
    ]
  })
  tags = local.tags
}

resource "aws_iam_role_policy" "server" {
  count = local.uses_aws ? 1 : 0

  name = "server"
  role = aws_iam_role.server[0].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.server_statements : merge({ Effect = "Allow" }, statement)]
  })
}

locals {
  server_statements = concat(
    # The operations of adapters/aws/dynamodb/dynamodb-client.ts, and no other.
    [
      for table in local.table_arn[*] : {
        Action   = [for name in ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"] : "dynamodb:${name}"]
        Resource = table
      }
    ],
    [
      for secret in var.shared_state.key_ring[*] : {
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = secret
      }
    ],
  )
}
