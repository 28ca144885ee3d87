# Tests of the resources that the module creates, for each value of `auth`.

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

run "public_with_a_table_of_its_own" {
  assert {
    condition = local.server_environment == {
      MCP_ANYCLOUD_TABLE                 = "notes"
      MCP_ANYCLOUD_AWS_ROLE_ARN          = "arn:aws:iam::123456789012:role/notes-1"
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE    = "sts.amazonaws.com"
      MCP_ANYCLOUD_SECRET_MANAGER_SECRET = "projects/notes-123456/secrets/notes-key-ring"
      AWS_REGION                         = "us-east-1"
      GOOGLE_CLOUD_PROJECT               = "notes-123456"
      MCP_ANYCLOUD_TIMEOUT_SECONDS       = "900"
    }
    error_message = "The server must be told of table, role, audience, key ring and time limit, and of nothing else."
  }
  assert {
    condition     = { for env in google_cloud_run_v2_service.server.template[0].containers[0].env : env.name => env.value } == local.server_environment
    error_message = "The service must have what the environment says."
  }
  assert {
    condition     = nonsensitive(google_secret_manager_secret_version.key_ring[0].secret_data) == "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    error_message = "The key ring must be id:base64."
  }
  assert {
    condition     = google_secret_manager_secret_iam_member.server[0].role == "roles/secretmanager.secretAccessor" && google_secret_manager_secret_iam_member.server[0].member == google_service_account.server.member
    error_message = "The server alone must read the key ring."
  }
  assert {
    condition     = google_project_iam_member.build.role == "roles/run.builder" && google_project_iam_member.build.member == google_service_account.build.member
    error_message = "Only the builds may have a role in the project."
  }
  assert {
    condition = alltrue([
      google_cloud_run_v2_service.server.invoker_iam_disabled,
      google_cloud_run_v2_service.server.ingress == "INGRESS_TRAFFIC_ALL",
      google_cloud_run_v2_service.server.template[0].service_account == google_service_account.server.email,
      google_cloud_run_v2_service.server.template[0].timeout == "900s",
      google_cloud_run_v2_service.server.template[0].max_instance_request_concurrency == 80,
      google_cloud_run_v2_service.server.template[0].scaling[0].min_instance_count == 0,
      google_cloud_run_v2_service.server.template[0].scaling[0].max_instance_count == 20,
      google_cloud_run_v2_service.server.template[0].containers[0].resources[0].cpu_idle,
      google_cloud_run_v2_service.server.template[0].containers[0].resources[0].startup_cpu_boost,
      google_cloud_run_v2_service.server.template[0].containers[0].startup_probe[0].http_get[0].path == "/health",
    ])
    error_message = "The service must be public, idle at no cost, and open as long as streams may be."
  }
  assert {
    condition     = length(google_api_gateway_gateway.server) + length(google_cloud_run_domain_mapping.server) + length(google_cloud_run_v2_service_iam_member.checker) == 0
    error_message = "What was not asked for must not be made."
  }
  assert {
    condition     = alltrue([for service in google_project_service.required : !service.disable_on_destroy])
    error_message = "APIs that others may use must stay enabled."
  }
  assert {
    condition     = output.mcp_url == "https://notes-abc123-ew.a.run.app/mcp" && output.session_store_name == "notes" && output.log_location == "projects/notes-123456/locations/europe-west1/buckets/notes"
    error_message = "The outputs must name what was made."
  }
}

run "only_who_google_lets_in" {
  variables {
    auth = "iam"
  }

  assert {
    condition     = !google_cloud_run_v2_service.server.invoker_iam_disabled
    error_message = "Cloud Run must check who calls."
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.checker[0].role == "roles/run.invoker" && google_cloud_run_v2_service_iam_member.checker[0].member == "serviceAccount:monitoring" && google_monitoring_uptime_check_config.health.http_check[0].service_agent_authentication[0].type == "OIDC_TOKEN"
    error_message = "The uptime check must be let in, and show who it is."
  }
  assert {
    condition     = strcontains(google_logging_metric.answers["unauthenticated"].filter, "httpRequest.status=403")
    error_message = "Cloud Run's refusals must be counted."
  }
}

run "sizes_of_instances" {
  variables {
    memory_mib             = 1024
    min_instances          = 2
    max_instances          = 20
    concurrency            = 10
    timeout_seconds        = 3600
    instance_based_billing = true
  }
  assert {
    condition     = google_cloud_run_v2_service.server.template[0].timeout == "3600s" && local.server_environment.MCP_ANYCLOUD_TIMEOUT_SECONDS == "3600" && google_cloud_run_v2_service.server.template[0].max_instance_request_concurrency == 10
    error_message = "Streams must last as long as was asked, and the server must know."
  }
  assert {
    condition     = google_cloud_run_v2_service.server.template[0].scaling[0].min_instance_count == 2 && google_cloud_run_v2_service.server.template[0].scaling[0].max_instance_count == 20
    error_message = "Instances must be as many as was asked."
  }
  assert {
    condition     = google_cloud_run_v2_service.server.template[0].containers[0].resources[0].limits.memory == "1024Mi" && !google_cloud_run_v2_service.server.template[0].containers[0].resources[0].cpu_idle
    error_message = "Instances must be as large as was asked, and keep their processor."
  }
}

run "sizes_that_cloud_run_has_not" {
  command = plan

  variables {
    memory_mib      = 256
    min_instances   = 21
    concurrency     = 1001
    timeout_seconds = 3601
  }
  expect_failures = [var.memory_mib, var.min_instances, var.concurrency, var.timeout_seconds]
}
