# An API Gateway in front: quotas and keys, if you write them into the document below. It replaces the `Authorization` of callers
# with a token of its own, and hands theirs on as `X-Forwarded-Authorization`. Idle: nothing; two million calls a month are free.
#
# It collects answers until `streamingMode` is switched on, which the provider does not know, and which later applies leave
# alone (they name the fields that they change): README.md has the command.
locals {
  gateways = var.gateway == null ? {} : { server = var.gateway }

  # Each operation needs a name of its own ("OpenAPI overview" of API Gateway).
  gateway_paths = {
    (local.path)                                         = ["get", "post", "delete", "options"]
    "/.well-known/oauth-protected-resource"              = ["get", "options"]
    "/.well-known/oauth-protected-resource${local.path}" = ["get", "options"]
    "/health"                                            = ["get"]
  }

  openapi = {
    for key, gateway in local.gateways : key => {
      swagger = "2.0"
      info    = { title = "MCP server ${var.name}", version = "1" }
      schemes = ["https"]
      x-google-backend = {
        address          = google_cloud_run_v2_service.server.uri
        path_translation = "APPEND_PATH_TO_ADDRESS"
        protocol         = "h2"
        # For streams as well this is the time of the whole answer, and 15 by default.
        deadline = gateway.deadline_seconds
      }
      paths = {
        for path, methods in local.gateway_paths : path => {
          for method in methods : method => {
            operationId = "${method}${replace(path, "/[^A-Za-z0-9]/", "_")}"
            responses   = { "200" = { description = "What the server answers" } }
          }
        }
      }
    }
  }
}

resource "google_service_account" "gateway" {
  count = length(local.gateways)

  project      = var.project
  account_id   = "${var.name}-api"
  display_name = "Gateway of MCP server ${var.name}"

  depends_on = [google_project_service.required]
}

resource "google_api_gateway_api" "server" {
  provider = google-beta
  count    = length(local.gateways)

  project = var.project
  api_id  = var.name
  labels  = local.tags

  depends_on = [google_project_service.required]
}

resource "google_api_gateway_api_config" "server" {
  provider = google-beta
  count    = length(local.gateways)

  project              = var.project
  api                  = google_api_gateway_api.server[0].api_id
  api_config_id_prefix = "${var.name}-"
  labels               = local.tags

  gateway_config {
    backend_config {
      google_service_account = google_service_account.gateway[0].email
    }
  }

  openapi_documents {
    document {
      path     = "openapi.json"
      contents = base64encode(jsonencode(local.openapi.server))
    }
  }

  # The gateway needs its new configuration before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_api_gateway_gateway" "server" {
  provider = google-beta
  count    = length(local.gateways)

  project    = var.project
  gateway_id = var.name
  region     = var.region
  api_config = google_api_gateway_api_config.server[0].id
  labels     = local.tags
}
