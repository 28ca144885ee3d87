# Written by `npm run generate` from templates/azure/aws-role.tf: change that, not this file.

# The AWS role that this one identity takes on, with a token of Entra's for an audience that is this deployment's own: there
# are no keys. The token is of version 1.0, whose issuer is sts.windows.net (adapters/azure/identity-token.ts asks for it).
resource "azuread_application_registration" "aws" {
  count = local.has_store ? 1 : 0

  display_name                   = "${local.unique_name} sessions in AWS"
  description                    = "The audience of the tokens by which an MCP server proves to AWS who it is"
  sign_in_audience               = "AzureADMyOrg"
  requested_access_token_version = 1
}

# "Restrictions on identifier URIs": with its own id in it, a tenant takes the URI whatever its policy.
resource "azuread_application_identifier_uri" "aws" {
  count = local.has_store ? 1 : 0

  application_id = azuread_application_registration.aws[0].id
  identifier_uri = "api://${azuread_application_registration.aws[0].client_id}"
}

resource "azuread_service_principal" "aws" {
  count = local.has_store ? 1 : 0

  client_id   = azuread_application_registration.aws[0].client_id
  description = "The audience of the tokens by which an MCP server proves to AWS who it is"
}

# An AWS account holds one provider for an issuer. docs/azure.md says how a second deployment of the tenant shares it, which
# is why nobody takes the other's audience away.
resource "aws_iam_openid_connect_provider" "entra" {
  count = local.has_store ? 1 : 0

  url            = "https://${local.entra_issuer}"
  client_id_list = azuread_application_identifier_uri.aws[*].identifier_uri
  tags           = local.tags

  lifecycle {
    ignore_changes = [client_id_list, thumbprint_list, tags, tags_all]
  }
}

resource "aws_iam_role" "sessions" {
  count = local.has_store ? 1 : 0

  name_prefix = "${var.name}-"
  description = "What the MCP server on Azure may do in AWS"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.entra[0].arn }
      Condition = {
        StringEquals = {
          "${local.entra_issuer}:sub" = azurerm_user_assigned_identity.server.principal_id
          "${local.entra_issuer}:aud" = azuread_application_identifier_uri.aws[0].identifier_uri
        }
      }
    }]
  })
  tags = local.tags
}

resource "aws_iam_role_policy" "sessions" {
  count = local.has_store ? 1 : 0

  name = "sessions"
  role = aws_iam_role.sessions[0].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.aws_statements : merge({ Effect = "Allow" }, statement)]
  })
}

locals {
  entra_issuer = "sts.windows.net/${data.azurerm_client_config.current.tenant_id}/"

  aws_statements = concat(
    # The operations of adapters/aws/dynamodb/dynamodb-client.ts, and no other.
    [
      for table in local.table_arn[*] : {
        Action   = [for name in ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"] : "dynamodb:${name}"]
        Resource = table
      }
    ],
    [for key_ring in var.shared_state.key_ring[*] : { Action = ["secretsmanager:GetSecretValue"], Resource = key_ring }],
  )
}
