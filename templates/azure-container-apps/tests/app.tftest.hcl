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
  image  = "notesregistry.azurecr.io/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "app_and_environment" {
  assert {
    condition = { for one in azurerm_container_app.server.template[0].container[0].env : one.name => one.value } == {
      AWS_REGION                      = "us-east-1"
      AZURE_CLIENT_ID                 = "22222222-2222-2222-2222-222222222222"
      MCP_ANYCLOUD_AWS_ROLE_ARN       = "arn:aws:iam::123456789012:role/notes-1"
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE = "api://44444444-4444-4444-4444-444444444444"
      MCP_ANYCLOUD_KEY_VAULT_SECRET   = "https://notesabc123.vault.azure.net/secrets/state-keys"
      MCP_ANYCLOUD_SHUTDOWN_SECONDS   = "30"
      MCP_ANYCLOUD_TABLE              = "notes"
      MCP_ANYCLOUD_TIMEOUT_SECONDS    = "240"
      MCP_ANYCLOUD_TRUSTED_PROXIES    = "1"
      PORT                            = "8080"
    }
    error_message = "The server gets another environment: ${jsonencode(azurerm_container_app.server.template[0].container[0].env)}"
  }
  assert {
    condition     = length(azurerm_container_app.server.secret) == 0
    error_message = "The server reads its key ring itself: the app must have no secret."
  }
  assert {
    condition     = !azurerm_container_app.server.ingress[0].allow_insecure_connections && azurerm_container_app.server.ingress[0].target_port == 8080 && azurerm_container_app.server.revision_mode == "Single"
    error_message = "Clients must come by TLS alone."
  }
  assert {
    condition     = toset([for probe in concat(azurerm_container_app.server.template[0].container[0].startup_probe, azurerm_container_app.server.template[0].container[0].readiness_probe, azurerm_container_app.server.template[0].container[0].liveness_probe) : "${probe.port}${probe.path}"]) == toset(["8080/health"]) && length(azurerm_container_app.server.template[0].container[0].readiness_probe) == 1
    error_message = "Azure must ask what says whether the server is ready."
  }
  assert {
    condition     = azurerm_container_app.server.template[0].container[0].cpu == 0.5 && azurerm_container_app.server.template[0].container[0].memory == "1Gi" && azurerm_container_app.server.template[0].termination_grace_period_seconds == 30
    error_message = "A replica must have a size that Container Apps sells, and time to end."
  }
  assert {
    condition     = output.mcp_url == "https://notes.bluesea-1.westeurope.azurecontainerapps.io/mcp" && output.app == azurerm_container_app.server.id && output.session_store_name == "notes" && output.key_ring_name == "https://notesabc123.vault.azure.net/secrets/state-keys"
    error_message = "An output is another: ${output.mcp_url}"
  }
  assert {
    condition     = { for name, one in azurerm_role_assignment.server : name => one.role_definition_name } == { image = "AcrPull", key_ring = "Key Vault Secrets User" } && azurerm_role_assignment.server["key_ring"].scope == "/subscriptions/s/resourceGroups/notes/providers/Microsoft.KeyVault/vaults/notesabc123/secrets/state-keys"
    error_message = "The identity may do something else: ${jsonencode(azurerm_role_assignment.server)}"
  }
  assert {
    condition     = azurerm_container_app_environment.server.logs_destination == "azure-monitor" && !azurerm_log_analytics_workspace.server.local_authentication_enabled && strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.alarm["server-errors"].criteria[0].query, "ContainerAppConsoleLogs")
    error_message = "Lines must come without a key, and alarms must ask for them."
  }
}

run "native_store_and_tokens" {
  variables {
    session_store = "native"
    name          = "notes--eu"
    image         = "registry.example.com/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    auth          = "jwt"
    tokens        = { issuers = [{ issuer = "https://login.example.com" }] }
  }
  assert {
    condition     = azurerm_role_assignment.server["sessions"].scope == azapi_resource.sessions[0].id && azurerm_role_assignment.server["sessions"].role_definition_name == "Storage Table Data Contributor" && !contains(keys(azurerm_role_assignment.server), "image")
    error_message = "The identity may reach one table, and no registry that is not Azure's."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_STORAGE_TABLE == "mcp" && local.server_environment.AzureWebJobsStorage__accountName == azurerm_storage_account.sessions[0].name && !azurerm_storage_account.sessions[0].shared_access_key_enabled && length(aws_dynamodb_table.sessions) == 0
    error_message = "Sessions must be in the table of an account without keys."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_PUBLIC_URL == "https://notes-eu.bluesea-1.westeurope.azurecontainerapps.io/mcp" && azurerm_container_app.server.name == "notes-eu"
    error_message = "Tokens must be for the app's own address."
  }
}

run "custom_domain" {
  variables {
    session_store = "none"
    custom_domain = {
      name        = "mcp.example.com"
      certificate = "https://certificates.vault.azure.net/secrets/mcp"
      zone        = "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com"
    }
  }
  assert {
    condition     = azurerm_container_app_custom_domain.server[0].certificate_binding_type == "SniEnabled" && azurerm_container_app_environment_certificate.server[0].certificate_key_vault[0].key_vault_secret_id == var.custom_domain.certificate && azurerm_role_assignment.server["certificate"].role_definition_name == "Key Vault Secrets User"
    error_message = "The name must have its certificate from the vault."
  }
  assert {
    condition     = azurerm_dns_cname_record.server["server"].record == "notes.bluesea-1.westeurope.azurecontainerapps.io" && azurerm_dns_txt_record.server["server"].name == "asuid.mcp"
    error_message = "The name must lead to the app, and say whose it is."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_ALLOWED_HOSTS == "mcp.example.com" && output.mcp_url == "https://mcp.example.com/mcp" && output.session_store_name == null
    error_message = "The server must answer under the name alone."
  }
}

run "redis_in_a_network" {
  variables {
    session_store = "redis"
    redis         = { url_secret = "https://certs.vault.azure.net/secrets/redis-url", subnet = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net/subnets/notes" }
  }
  assert {
    condition     = [for secret in azurerm_container_app.server.secret : [secret.name, secret.key_vault_secret_id, secret.identity]] == [["redis-url", "https://certs.vault.azure.net/secrets/redis-url", azurerm_user_assigned_identity.server.id]] && one([for env in azurerm_container_app.server.template[0].container[0].env : env.secret_name if env.name == "MCP_ANYCLOUD_REDIS_URL"]) == "redis-url"
    error_message = "The server must have the URL by reference."
  }
  assert {
    condition     = azurerm_role_assignment.server["redis"].role_definition_name == "Key Vault Secrets User" && endswith(azurerm_role_assignment.server["redis"].scope, "/secrets/redis-url")
    error_message = "The identity must read this one secret."
  }
  assert {
    condition     = azurerm_container_app_environment.server.infrastructure_subnet_id == "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net/subnets/notes" && length(aws_dynamodb_table.sessions) + length(azapi_resource.sessions) == 0
    error_message = "The app must stand in the network, and there must be no table besides."
  }
  # Without a profile Azure makes an environment of the kind that refuses a delegated subnet.
  assert {
    condition     = [for profile in azurerm_container_app_environment.server.workload_profile : "${profile.name} ${profile.workload_profile_type}"] == ["Consumption Consumption"]
    error_message = "The environment must be of the kind that takes a delegated subnet."
  }
}
