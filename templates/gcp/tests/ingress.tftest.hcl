# Tests of the ingresses: the service itself, an API Gateway, and a custom domain.

mock_provider "aws" {}
mock_provider "google" {
  mock_resource "google_cloud_run_v2_service" {
    defaults = { uri = "https://notes-abc123-ew.a.run.app" }
  }
  mock_resource "google_service_account" {
    defaults = { email = "notes-api@notes-123456.iam.gserviceaccount.com", member = "serviceAccount:notes-api@notes-123456.iam.gserviceaccount.com" }
  }
}
mock_provider "google-beta" {
  mock_resource "google_api_gateway_gateway" {
    defaults = { default_hostname = "notes-xyz.ew.gateway.dev" }
  }
}
mock_provider "random" {}

variables {
  name    = "notes"
  project = "notes-123456"
  region  = "europe-west1"
  auth    = "public"
}

run "gateway" {
  variables {
    gateway  = { deadline_seconds = 300 }
    settings = { path = "/notes/mcp" }
  }

  assert {
    condition     = !google_cloud_run_v2_service.server.invoker_iam_disabled && google_cloud_run_v2_service_iam_member.gateway[0].role == "roles/run.invoker" && google_cloud_run_v2_service_iam_member.gateway[0].member == google_service_account.gateway[0].member
    error_message = "Only the gateway must be let in: around it, nobody."
  }
  assert {
    condition = jsondecode(base64decode(google_api_gateway_api_config.server[0].openapi_documents[0].document[0].contents)).x-google-backend == {
      address          = "https://notes-abc123-ew.a.run.app"
      path_translation = "APPEND_PATH_TO_ADDRESS"
      protocol         = "h2"
      deadline         = 300
    }
    error_message = "The gateway must forward to the service, and wait as long as asked for."
  }
  assert {
    condition = { for path, methods in jsondecode(base64decode(google_api_gateway_api_config.server[0].openapi_documents[0].document[0].contents)).paths : path => keys(methods) } == {
      "/notes/mcp"                                      = ["delete", "get", "options", "post"]
      "/.well-known/oauth-protected-resource"           = ["get", "options"]
      "/.well-known/oauth-protected-resource/notes/mcp" = ["get", "options"]
      "/health"                                         = ["get"]
    }
    error_message = "The gateway must know the endpoint's paths, and no others."
  }
  assert {
    condition     = length(distinct(flatten([for path in local.openapi.server.paths : [for method in path : method.operationId]]))) == 9
    error_message = "Each operation must have a name of its own."
  }
  assert {
    condition     = google_api_gateway_api_config.server[0].gateway_config[0].backend_config[0].google_service_account == google_service_account.gateway[0].email
    error_message = "The gateway must call as its own service account."
  }
  assert {
    condition     = google_cloud_run_v2_service.server.template[0].timeout == "300s" && local.server_environment.MCP_ANYCLOUD_TIMEOUT_SECONDS == "300"
    error_message = "The server must end streams before the gateway cuts them."
  }
  assert {
    condition     = output.mcp_url == "https://notes-xyz.ew.gateway.dev/notes/mcp" && google_monitoring_uptime_check_config.health.monitored_resource[0].labels.host == "notes-xyz.ew.gateway.dev"
    error_message = "Clients and checks must be sent to the gateway."
  }
  assert {
    condition     = contains(keys(google_project_service.required), "apigateway.googleapis.com")
    error_message = "The gateway's API must be enabled."
  }
}

run "domain_with_a_zone" {
  variables {
    auth          = "iam"
    custom_domain = { name = "mcp.example.com", zone = "example-com" }
  }

  override_data {
    target = data.google_dns_managed_zone.domain
    values = { name = "example-com", dns_name = "example.com." }
  }

  assert {
    condition     = google_cloud_run_domain_mapping.server[0].name == "mcp.example.com" && google_cloud_run_domain_mapping.server[0].spec[0].route_name == "notes"
    error_message = "The name must lead to the service."
  }
  assert {
    condition     = google_dns_record_set.server[0].name == "mcp.example.com." && google_dns_record_set.server[0].type == "CNAME" && google_dns_record_set.server[0].rrdatas == tolist(["ghs.googlehosted.com."])
    error_message = "The record must lead to Google's front end."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_ALLOWED_HOSTS == "mcp.example.com" && output.mcp_url == "https://mcp.example.com/mcp"
    error_message = "The endpoint must serve this host alone."
  }
  assert {
    condition     = length(google_cloud_run_v2_service.server.template[0].containers[0].startup_probe[0].http_get) == 0 && google_cloud_run_v2_service.server.template[0].containers[0].startup_probe[0].tcp_socket[0].port == 8080
    error_message = "A probe that names another host would be refused, and no revision would start."
  }
  assert {
    condition     = google_cloud_run_v2_service.server.custom_audiences == tolist(["https://mcp.example.com"])
    error_message = "Tokens for this name must be taken."
  }
}

run "domain_without_a_zone" {
  variables {
    custom_domain = { name = "mcp.example.com" }
  }

  assert {
    condition     = length(google_cloud_run_domain_mapping.server) == 1 && length(google_dns_record_set.server) == 0
    error_message = "Records of a foreign zone are for whoever has the zone."
  }
}

run "a_name_that_is_the_zone_s_own_is_refused" {
  command = plan

  variables {
    custom_domain = { name = "example.com", zone = "example-com" }
  }

  override_data {
    target = data.google_dns_managed_zone.domain
    values = { name = "example-com", dns_name = "example.com." }
  }

  expect_failures = [data.google_dns_managed_zone.domain]
}
