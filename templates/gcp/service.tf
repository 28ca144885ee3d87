# Everything around the code. The code itself comes with `gcloud run deploy`, which keeps all of this as it is
# (googlecloudsdk/command_lib/run/serverless_operations.py: ReleaseService changes the service that it reads).
locals {
  # A stream is cut then. Behind a gateway, whose limit is as hard, the server has to know of that one.
  timeout_seconds = var.gateway == null ? var.timeout_seconds : min(var.timeout_seconds, var.gateway.deadline_seconds)
}

resource "google_cloud_run_v2_service" "server" {
  project     = var.project
  name        = var.name
  location    = var.region
  description = "MCP server"
  ingress     = "INGRESS_TRAFFIC_ALL"

  # Public without `allUsers` in a policy, which organisations forbid ("Domain restricted sharing"): Cloud Run's own
  # recommendation ("Allowing public access"). Behind a gateway, only the gateway may call.
  invoker_iam_disabled = var.auth != "iam" && var.gateway == null
  # Tokens of callers are made for this name as well as for the service's own.
  custom_audiences = var.custom_domain == null ? null : ["https://${var.custom_domain.name}"]

  # It holds nothing that is not elsewhere.
  deletion_protection = false
  labels              = local.tags

  template {
    service_account = google_service_account.server.email
    timeout         = "${local.timeout_seconds}s"
    # Streams mostly wait, and so do tool calls: many requests share an instance.
    max_instance_request_concurrency = var.concurrency

    # Any instance serves any request, so there is no session affinity; MCP clients would not keep its cookie.
    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

    # "Direct VPC egress": only calls to private addresses go this way.
    dynamic "vpc_access" {
      for_each = compact([try(var.redis.network, null)])

      content {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = vpc_access.value
          subnetwork = var.redis.subnetwork
        }
      }
    }

    containers {
      # Google's sample, until the first `gcloud run deploy`. It answers every path (GoogleCloudPlatform/cloud-run-hello).
      image = "us-docker.pkg.dev/cloudrun/container/hello"

      ports {
        container_port = 8080
      }

      resources {
        limits = { cpu = "1", memory = "${var.memory_mib}Mi" }
        # CPU, and its price, only while a request is in flight ("Billing settings for services").
        cpu_idle          = !var.instance_based_billing
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = { for name, value in local.server_environment : name => value if !contains(keys(local.secrets), name) }

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets

        content {
          name = env.key

          value_source {
            secret_key_ref {
              # A secret of the service's own project is named without it.
              secret  = trimprefix(env.value, "projects/${var.project}/secrets/")
              version = "latest"
            }
          }
        }
      }

      # Every second, the shortest period there is: a cold start waits for it.
      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = 60

        # Under a name of its own the server serves no other, and what name a probe gives is not documented.
        dynamic "http_get" {
          for_each = var.custom_domain == null ? ["/health"] : []

          content {
            path = http_get.value
          }
        }

        dynamic "tcp_socket" {
          for_each = var.custom_domain == null ? [] : [8080]

          content {
            port = tcp_socket.value
          }
        }
      }
    }
  }

  # `gcloud run deploy --source` and `--image` set these: the image and where it came from, who deployed it, and a label
  # `client.knative.dev/nonce` that forces a revision. Traffic is ignored, too, so that a rollback stays.
  lifecycle {
    ignore_changes = [
      build_config,
      client,
      client_version,
      traffic,
      template[0].labels,
      template[0].containers[0].base_image_uri,
      template[0].containers[0].image,
      template[0].containers[0].name,
    ]
  }

  depends_on = [
    google_project_service.required,
    google_secret_manager_secret_iam_member.server,
    google_secret_manager_secret_version.key_ring,
    google_secret_manager_secret_iam_member.redis,
  ]
}

# With a gateway, only the gateway may call the service; with `auth = "iam"`, principals to whom you grant roles/run.invoker.
resource "google_cloud_run_v2_service_iam_member" "gateway" {
  count = var.gateway == null ? 0 : 1

  project  = var.project
  name     = google_cloud_run_v2_service.server.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.gateway[0].member
}
