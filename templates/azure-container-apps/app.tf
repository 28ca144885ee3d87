# The image on Container Apps. Each change is a new revision, which gets the requests once it answers; the one before then ends.
resource "azurerm_container_app_environment" "server" {
  name                = var.name
  resource_group_name = azurerm_resource_group.server.name
  location            = azurerm_resource_group.server.location
  # To where azurerm_monitor_diagnostic_setting says, without the workspace's key.
  logs_destination = "azure-monitor"
  # Another one is another environment, and another address.
  infrastructure_subnet_id = try(var.redis.subnet, null)
  tags                     = local.tags

  # The kind of environment that takes a delegated subnet. Without a profile Azure makes one of the older kind, which refuses it
  # (microsoft/azure-container-apps#1644). It costs nothing by itself.
  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }

  # Reads the certificate of custom_domain.
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.server.id]
  }

  lifecycle {
    # Azure fills both in, and a plan would replace the environment (hashicorp/terraform-provider-azurerm#27481, #31840).
    ignore_changes = [infrastructure_resource_group_name, workload_profile]
  }
}

resource "azurerm_container_app" "server" {
  name                         = local.app_name
  resource_group_name          = azurerm_resource_group.server.name
  container_app_environment_id = azurerm_container_app_environment.server.id
  revision_mode                = "Single"
  tags                         = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.server.id]
  }

  # Pulled with the identity: there is no password.
  dynamic "registry" {
    for_each = local.registries

    content {
      server   = "${registry.value}.azurecr.io"
      identity = azurerm_user_assigned_identity.server.id
    }
  }

  # A reference: Azure reads the value from the vault, and again as it gets new versions.
  dynamic "secret" {
    for_each = var.redis[*].url_secret

    content {
      name                = "redis-url"
      identity            = azurerm_user_assigned_identity.server.id
      key_vault_secret_id = secret.value
    }
  }

  ingress {
    external_enabled           = true
    allow_insecure_connections = false
    target_port                = local.port
    transport                  = "http"

    traffic_weight {
      latest_revision = true
      percentage      = 100
    }
  }

  template {
    min_replicas = var.min_instances
    max_replicas = var.max_instances
    # From SIGTERM on. The ingress sends nothing new meanwhile.
    termination_grace_period_seconds = local.shutdown_seconds

    http_scale_rule {
      name                = "requests"
      concurrent_requests = tostring(var.concurrency)
    }

    container {
      name  = "server"
      image = var.image
      # Sold together ("Allocations" of containers in Container Apps).
      cpu    = var.memory_mib / 2048
      memory = "${var.memory_mib / 1024}Gi"

      dynamic "env" {
        for_each = local.server_environment

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secret_environment

        content {
          name        = env.key
          secret_name = env.value
        }
      }

      # The server answers this path by itself (src/endpoint.ts).
      startup_probe {
        transport               = "HTTP"
        port                    = local.port
        path                    = "/health"
        interval_seconds        = 2
        failure_count_threshold = 30
      }
      readiness_probe {
        transport        = "HTTP"
        port             = local.port
        path             = "/health"
        interval_seconds = 5
      }
      liveness_probe {
        transport        = "HTTP"
        port             = local.port
        path             = "/health"
        interval_seconds = 10
      }
    }
  }

  # It starts with what its identity may do, and read.
  depends_on = [azurerm_role_assignment.server, azapi_resource_action.key_ring]
}

locals {
  # Two hyphens in a row are refused ("Rules and restrictions for resource names", Microsoft.App).
  app_name = replace(var.name, "/-+/", "-")

  # The port on which the image listens.
  port = 8080
  # From SIGTERM to SIGKILL.
  shutdown_seconds = 30

  host   = "${local.app_name}.${azurerm_container_app_environment.server.default_domain}"
  origin = "https://${try(var.custom_domain.name, local.host)}"
}
