mock_provider "aws" {
  source = "./tests/mocks/aws"
}
mock_provider "azapi" {
  source = "./tests/mocks/azapi"
}
mock_provider "azuread" {
  source = "./tests/mocks/azuread"
}
mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}
mock_provider "random" {
  source = "./tests/mocks/random"
}

variables {
  name   = "notes"
  region = "westeurope"
  auth   = "public"
}

run "table_role_and_key_ring" {
  assert {
    condition     = aws_dynamodb_table.sessions[0].name == "notes" && aws_dynamodb_table.sessions[0].hash_key == "pk" && aws_dynamodb_table.sessions[0].range_key == "sk" && aws_dynamodb_table.sessions[0].billing_mode == "PAY_PER_REQUEST"
    error_message = "The table must be billed on demand, and have the keys of adapters/aws/dynamodb/item.ts."
  }
  assert {
    condition     = aws_dynamodb_table.sessions[0].ttl[0].attribute_name == "expiresAt" && aws_dynamodb_table.sessions[0].ttl[0].enabled
    error_message = "Expired items must go by themselves."
  }
  assert {
    condition     = aws_dynamodb_table.sessions[0].deletion_protection_enabled && aws_dynamodb_table.sessions[0].server_side_encryption[0].enabled && aws_dynamodb_table.sessions[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.sessions[0].point_in_time_recovery[0].recovery_period_in_days == 7
    error_message = "The table must be encrypted, recoverable for a week, and not be deleted by accident."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.sessions[0].policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query"]
        Resource = "arn:aws:dynamodb:us-east-1:123456789012:table/notes"
      }]
    }
    error_message = "The role may do something else than five actions on one table: ${aws_iam_role_policy.sessions[0].policy}"
  }
  assert {
    condition = jsondecode(aws_iam_role.sessions[0].assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/sts.windows.net/11111111-1111-1111-1111-111111111111/" }
        Condition = {
          StringEquals = {
            "sts.windows.net/11111111-1111-1111-1111-111111111111/:aud" = "api://44444444-4444-4444-4444-444444444444"
            "sts.windows.net/11111111-1111-1111-1111-111111111111/:sub" = "33333333-3333-3333-3333-333333333333"
          }
        }
      }]
    }
    error_message = "The role must trust one identity for one audience: ${aws_iam_role.sessions[0].assume_role_policy}"
  }

  assert {
    condition     = azuread_application_registration.aws[0].requested_access_token_version == 1 && azuread_application_registration.aws[0].sign_in_audience == "AzureADMyOrg"
    error_message = "AWS must be shown tokens of version 1.0 of this tenant, whose issuer it knows."
  }
  assert {
    condition     = aws_iam_openid_connect_provider.entra[0].url == "https://sts.windows.net/11111111-1111-1111-1111-111111111111/" && toset(aws_iam_openid_connect_provider.entra[0].client_id_list) == toset(["api://44444444-4444-4444-4444-444444444444"])
    error_message = "AWS must take tokens of this tenant, for this audience."
  }
  assert {
    condition     = azuread_service_principal.aws[0].client_id == azuread_application_registration.aws[0].client_id
    error_message = "Without a service principal, Entra gives no token for the audience."
  }

  assert {
    condition     = azurerm_key_vault.key_ring[0].rbac_authorization_enabled && azurerm_key_vault.key_ring[0].purge_protection_enabled && azurerm_key_vault.key_ring[0].tenant_id == "11111111-1111-1111-1111-111111111111"
    error_message = "The vault must be read by roles, and nobody may purge it."
  }
  assert {
    condition     = azapi_resource_action.key_ring[0].method == "PUT" && endswith(azapi_resource_action.key_ring[0].resource_id, "/vaults/notesabc123/secrets/state-keys")
    error_message = "The key ring must be a secret of the vault."
  }
  assert {
    condition     = azapi_resource_action.key_ring[0].body.properties.value == "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" && alltrue([for key in random_bytes.state_key : key.length == 32])
    error_message = "A key ring is id:key, with keys of 32 bytes."
  }
}

run "shared_table_and_key_ring" {
  variables {
    shared_state = {
      table    = "shared"
      region   = "eu-west-1"
      key_ring = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"
    }
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) == 0 && length(azurerm_key_vault.key_ring) == 0 && length(azapi_resource_action.key_ring) == 0 && length(random_bytes.state_key) == 0
    error_message = "What is shared must not be made again."
  }
  assert {
    condition     = toset([for statement in jsondecode(aws_iam_role_policy.sessions[0].policy).Statement : statement.Resource]) == toset(["arn:aws:dynamodb:eu-west-1:123456789012:table/shared", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"])
    error_message = "The role must reach the shared table and the shared secret only."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.sessions[0].policy).Statement : statement.Action if startswith(statement.Resource, "arn:aws:secretsmanager")]) == ["secretsmanager:GetSecretValue"]
    error_message = "The role may do more with the secret than read it."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_TABLE == "shared" && local.server_environment.AWS_REGION == "eu-west-1" && local.server_environment.MCP_ANYCLOUD_STATE_KEYS_SECRET == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf" && !contains(keys(local.server_environment), "MCP_ANYCLOUD_KEY_VAULT_SECRET")
    error_message = "The server must be told of the shared table and the one key ring."
  }
  assert {
    condition     = output.session_store_name == "shared" && output.key_ring_name == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"
    error_message = "The outputs must name what is shared."
  }
  assert {
    condition     = !contains(keys(azurerm_role_assignment.server), "key_ring")
    error_message = "Without a vault there is no role in it."
  }
}

run "shared_table_of_another_kind" {
  command = plan

  override_data {
    target = data.aws_dynamodb_table.shared[0]
    values = { hash_key = "id", range_key = "" }
  }
  variables {
    shared_state = { table = "shared" }
  }
  expect_failures = [data.aws_dynamodb_table.shared]
}

run "stateless" {
  variables {
    session_store = "none"
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) + length(aws_iam_role.sessions) + length(aws_iam_role_policy.sessions) + length(aws_iam_openid_connect_provider.entra) + length(azuread_application_registration.aws) + length(azuread_service_principal.aws) == 0
    error_message = "Without a store there must be nothing in AWS, and no audience for it."
  }
  assert {
    condition     = keys(local.server_environment) == ["AZURE_CLIENT_ID", "MCP_ANYCLOUD_KEY_VAULT_SECRET"]
    error_message = "Without a store the server must not be told of one: ${join(", ", keys(local.server_environment))}"
  }
  assert {
    condition     = output.session_store_name == null && output.key_ring_name == "https://notesabc123.vault.azure.net/secrets/state-keys"
    error_message = "Without a store there is no table, but what travels with calls is still sealed."
  }
}

run "key_ring_with_a_new_key_in_front" {
  variables {
    state_key_ids = ["2026-12", "1"]
  }
  assert {
    condition     = azapi_resource_action.key_ring[0].body.properties.value == "2026-12:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    error_message = "The newest key comes first: it is the one that seals."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_KEY_VAULT_SECRET == "https://notesabc123.vault.azure.net/secrets/state-keys"
    error_message = "Instances must find a new key by themselves: the app is not changed."
  }
}

run "native" {
  variables {
    session_store = "native"
  }

  assert {
    condition     = azapi_resource.sessions[0].type == "Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01" && azapi_resource.sessions[0].parent_id == "${azurerm_storage_account.server.id}/tableServices/default"
    error_message = "The table must be one of the app's own storage account."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_STORAGE_TABLE == "mcp" && local.server_environment.AZURE_CLIENT_ID == azurerm_user_assigned_identity.server.client_id
    error_message = "The server must know the table, and whose token opens it."
  }
  assert {
    condition     = contains([for role in azurerm_role_assignment.server : role.role_definition_name if role.scope == azurerm_storage_account.server.id], "Storage Table Data Contributor")
    error_message = "The identity must be allowed to use the table."
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) == 0 && length(aws_iam_role.sessions) == 0 && !contains(keys(local.server_environment), "MCP_ANYCLOUD_TABLE")
    error_message = "Nothing must be made in AWS."
  }
  assert {
    condition     = output.session_store_name == "mcp"
    error_message = "The output must name the table."
  }
}

run "redis_in_a_network" {
  variables {
    session_store = "redis"
    redis         = { url_secret = "https://certs.vault.azure.net/secrets/redis-url", subnet = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net/subnets/notes" }
  }
  assert {
    condition     = keys(local.server_environment) == ["AZURE_CLIENT_ID", "MCP_ANYCLOUD_KEY_VAULT_SECRET", "MCP_ANYCLOUD_REDIS_URL"] && local.server_environment.MCP_ANYCLOUD_REDIS_URL == "@Microsoft.KeyVault(SecretUri=https://certs.vault.azure.net/secrets/redis-url)"
    error_message = "The server must have the URL by reference, and know of no table."
  }
  assert {
    condition     = azurerm_role_assignment.server["redis"].role_definition_name == "Key Vault Secrets User" && azurerm_role_assignment.server["redis"].scope == "${data.azurerm_resources.redis_vault["redis"].resources[0].id}/secrets/redis-url" && data.azurerm_resources.redis_vault["redis"].name == "certs"
    error_message = "The identity must read this one secret."
  }
  assert {
    condition     = azapi_resource.server.body.properties.virtualNetworkSubnetId == "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net/subnets/notes" && azapi_resource.server.body.properties.keyVaultReferenceIdentity == azurerm_user_assigned_identity.server.id
    error_message = "The app must stand in the network, and read references as its one identity."
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) + length(azapi_resource.sessions) == 0 && output.session_store_name == null
    error_message = "There must be no table besides."
  }
}

run "redis_whose_vault_is_elsewhere" {
  command = plan

  override_data {
    target = data.azurerm_resources.redis_vault
    values = { resources = [] }
  }
  variables {
    session_store = "redis"
    redis         = { url_secret = "https://certs.vault.azure.net/secrets/redis-url" }
  }
  expect_failures = [data.azurerm_resources.redis_vault]
}

run "redis_by_its_url" {
  command = plan

  variables {
    session_store = "redis"
    redis         = { url_secret = "rediss://user:password@host:6380/0", subnet = "notes" }
  }
  expect_failures = [var.redis]
}
