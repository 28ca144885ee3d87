# Where state is kept: a table of its own, none, or what another deployment made; and the keys that seal what clients hold.

mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email     = "notes-run@notes-123456.iam.gserviceaccount.com"
      member    = "serviceAccount:notes-run@notes-123456.iam.gserviceaccount.com"
      unique_id = "112233445566778899000"
    }
  }
  mock_resource "google_cloud_run_v2_service" {
    defaults = { uri = "https://notes-abc123-ew.a.run.app" }
  }
  mock_resource "google_logging_project_bucket_config" {
    defaults = { id = "projects/notes-123456/locations/europe-west1/buckets/notes" }
  }
}
mock_provider "google-beta" {
  mock_resource "google_project_service_identity" {
    defaults = { member = "serviceAccount:monitoring" }
  }
}
mock_provider "random" {
  mock_resource "random_bytes" {
    defaults = { base64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" }
  }
}
mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:us-east-1:123456789012:table/notes" }
  }
  mock_resource "aws_iam_role" {
    defaults = { id = "notes-1", arn = "arn:aws:iam::123456789012:role/notes-1" }
  }
}

variables {
  name    = "notes"
  project = "notes-123456"
  region  = "europe-west1"
  auth    = "public"
}

run "the_table_is_that_of_the_stack" {
  assert {
    condition = alltrue([
      aws_dynamodb_table.sessions[0].hash_key == "pk",
      aws_dynamodb_table.sessions[0].range_key == "sk",
      aws_dynamodb_table.sessions[0].ttl[0].attribute_name == "expiresAt",
      aws_dynamodb_table.sessions[0].ttl[0].enabled,
      aws_dynamodb_table.sessions[0].billing_mode == "PAY_PER_REQUEST",
      aws_dynamodb_table.sessions[0].point_in_time_recovery[0].recovery_period_in_days == 7,
      aws_dynamodb_table.sessions[0].deletion_protection_enabled,
    ])
    error_message = "The table must have the keys, the expiry and the protection of stacks/session-table.ts."
  }
  assert {
    condition = jsondecode(aws_iam_role.server[0].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Federated = "accounts.google.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "accounts.google.com:sub"  = "112233445566778899000"
          "accounts.google.com:oaud" = "sts.amazonaws.com"
        }
      }
    }]
    error_message = "The role must trust this one service account, and only for AWS's audience."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.server[0].policy).Statement == [{
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query"]
      Resource = "arn:aws:dynamodb:us-east-1:123456789012:table/notes"
    }]
    error_message = "The role must allow what the store does on this one table, and no more."
  }
}

run "stateless" {
  variables {
    session_store = "none"
  }

  assert {
    condition     = local.server_environment == { GOOGLE_CLOUD_PROJECT = "notes-123456", MCP_ANYCLOUD_SECRET_MANAGER_SECRET = "projects/notes-123456/secrets/notes-key-ring", MCP_ANYCLOUD_TIMEOUT_SECONDS = "900" }
    error_message = "A stateless server must know of no table and no role."
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) + length(aws_iam_role.server) + length(aws_iam_role_policy.server) + length(data.aws_dynamodb_table.shared) == 0 && output.session_store_name == null
    error_message = "Nothing must be made in AWS."
  }
}

run "state_of_another_deployment" {
  variables {
    shared_state = {
      table    = "mcp"
      region   = "eu-central-1"
      key_ring = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/ring-AbC123"
    }
  }

  override_data {
    target = data.aws_dynamodb_table.shared
    values = { name = "mcp", arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/mcp", hash_key = "pk", range_key = "sk" }
  }

  assert {
    condition = local.server_environment == {
      MCP_ANYCLOUD_TABLE              = "mcp"
      MCP_ANYCLOUD_AWS_ROLE_ARN       = "arn:aws:iam::123456789012:role/notes-1"
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE = "sts.amazonaws.com"
      MCP_ANYCLOUD_STATE_KEYS_SECRET  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/ring-AbC123"
      AWS_REGION                      = "eu-central-1"
      GOOGLE_CLOUD_PROJECT            = "notes-123456"
      MCP_ANYCLOUD_TIMEOUT_SECONDS    = "900"
    }
    error_message = "The server must use the other deployment's table and key ring, where they lie."
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) + length(google_secret_manager_secret.key_ring) + length(random_bytes.state_key) == 0
    error_message = "Neither a table nor a key ring must be made."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.server[0].policy).Statement : statement.Resource] == ["arn:aws:dynamodb:eu-central-1:123456789012:table/mcp", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/ring-AbC123"]
    error_message = "The role must reach that table and that key ring."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.server[0].policy).Statement[1].Action == ["secretsmanager:GetSecretValue"]
    error_message = "The role must only read the key ring."
  }
  assert {
    condition     = output.key_ring_name == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/ring-AbC123"
    error_message = "The key ring's name must be that of the shared one."
  }
}

run "a_strange_table_is_refused" {
  command = plan

  variables {
    shared_state = { table = "orders" }
  }

  override_data {
    target = data.aws_dynamodb_table.shared
    values = { name = "orders", hash_key = "orderId", range_key = "line" }
  }

  expect_failures = [data.aws_dynamodb_table.shared]
}

run "keys_rotate" {
  variables {
    state_key_ids = ["2026-12", "1"]
  }

  assert {
    condition     = startswith(nonsensitive(google_secret_manager_secret_version.key_ring[0].secret_data), "2026-12:") && strcontains(nonsensitive(google_secret_manager_secret_version.key_ring[0].secret_data), ",1:")
    error_message = "The newest key must come first, and the earlier one stay."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_SECRET_MANAGER_SECRET == "projects/notes-123456/secrets/notes-key-ring"
    error_message = "Instances must find a new key by themselves: there is no new revision."
  }
  assert {
    condition     = google_secret_manager_secret_version.key_ring[0].deletion_policy == "ABANDON"
    error_message = "Earlier versions must stay, for whoever has to bring a key back."
  }
}

run "native" {
  variables {
    session_store = "native"
  }

  assert {
    condition     = google_firestore_database.sessions[0].type == "FIRESTORE_NATIVE" && google_firestore_database.sessions[0].location_id == "europe-west1" && google_firestore_database.sessions[0].delete_protection_state == "DELETE_PROTECTION_ENABLED"
    error_message = "The database must be in native mode, in the service's region, and not be deleted by accident."
  }
  assert {
    condition     = google_firestore_field.expiry[0].field == "removeAt" && length(google_firestore_field.expiry[0].ttl_config) == 1 && google_firestore_field.expiry[0].collection == "mcpItems"
    error_message = "Expired documents must go by themselves."
  }
  assert {
    condition     = toset([for index in one(google_firestore_field.sort[0].index_config).indexes : index.order]) == toset(["ASCENDING", "DESCENDING"])
    error_message = "Documents are found by their sort keys, both ways."
  }
  assert {
    condition     = google_project_iam_member.sessions[0].role == "roles/datastore.user" && strcontains(google_project_iam_member.sessions[0].condition[0].expression, "projects/notes-123456/databases/notes-state")
    error_message = "The service's account must be allowed to use this one database."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_FIRESTORE_DATABASE == "projects/notes-123456/databases/notes-state" && !contains(keys(local.server_environment), "MCP_ANYCLOUD_TABLE")
    error_message = "The server must know the database, and no table."
  }
  assert {
    condition     = length(aws_dynamodb_table.sessions) == 0 && length(aws_iam_role.server) == 0
    error_message = "Nothing must be made in AWS."
  }
  assert {
    condition     = google_project_service.required["firestore.googleapis.com"].service == "firestore.googleapis.com"
    error_message = "The API must be enabled."
  }
}

run "redis_in_a_network" {
  variables {
    session_store = "redis"
    redis         = { url_secret = "projects/notes-123456/secrets/redis-url", network = "net", subnetwork = "notes" }
  }

  assert {
    condition     = one([for env in google_cloud_run_v2_service.server.template[0].containers[0].env : env.value_source[0].secret_key_ref[0] if env.name == "MCP_ANYCLOUD_REDIS_URL"]) == { secret = "redis-url", version = "latest" }
    error_message = "The URL must come from its secret, not as text."
  }
  assert {
    condition     = google_secret_manager_secret_iam_member.redis[0].secret_id == "projects/notes-123456/secrets/redis-url" && google_secret_manager_secret_iam_member.redis[0].role == "roles/secretmanager.secretAccessor" && google_secret_manager_secret_iam_member.redis[0].member == google_service_account.server.member
    error_message = "The server must read this one secret."
  }
  assert {
    condition     = google_cloud_run_v2_service.server.template[0].vpc_access[0].egress == "PRIVATE_RANGES_ONLY" && google_cloud_run_v2_service.server.template[0].vpc_access[0].network_interfaces[0].network == "net" && google_cloud_run_v2_service.server.template[0].vpc_access[0].network_interfaces[0].subnetwork == "notes"
    error_message = "Calls to private addresses must go into the network."
  }
  assert {
    condition     = !contains(keys(local.server_environment), "MCP_ANYCLOUD_TABLE") && length(aws_dynamodb_table.sessions) + length(google_firestore_database.sessions) == 0 && output.session_store_name == null
    error_message = "There must be no table or database besides."
  }
}

run "redis_of_another_project_that_is_reached_from_anywhere" {
  variables {
    session_store = "redis"
    redis         = { url_secret = "projects/shared-1/secrets/redis-url" }
  }

  assert {
    condition     = one([for env in google_cloud_run_v2_service.server.template[0].containers[0].env : env.value_source[0].secret_key_ref[0].secret if env.name == "MCP_ANYCLOUD_REDIS_URL"]) == "projects/shared-1/secrets/redis-url" && length(google_cloud_run_v2_service.server.template[0].vpc_access) == 0
    error_message = "A secret of another project must be named with it."
  }
}

run "redis_without_its_url" {
  command = plan

  variables {
    session_store = "redis"
  }

  expect_failures = [var.redis]
}

run "redis_that_is_not_asked_for" {
  command = plan

  variables {
    redis = { url_secret = "rediss://user:password@host:6380/0", subnetwork = "notes" }
  }

  expect_failures = [var.redis]
}
