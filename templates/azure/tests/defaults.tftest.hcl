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

run "environment_and_prices" {
  assert {
    condition = local.server_environment == {
      AWS_REGION                      = "us-east-1"
      AZURE_CLIENT_ID                 = "22222222-2222-2222-2222-222222222222"
      MCP_ANYCLOUD_AWS_ROLE_ARN       = "arn:aws:iam::123456789012:role/notes-1"
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE = "api://44444444-4444-4444-4444-444444444444"
      MCP_ANYCLOUD_KEY_VAULT_SECRET   = "https://notesabc123.vault.azure.net/secrets/state-keys"
      MCP_ANYCLOUD_TABLE              = "notes"
    }
    error_message = "The server gets another environment: ${jsonencode(local.server_environment)}"
  }
  assert {
    condition     = length(setsubtract(keys(local.server_environment), azapi_resource.server.body.properties.siteConfig.appSettings[*].name)) == 0
    error_message = "The app's settings lack a part of the server's environment."
  }

  assert {
    condition     = length(azurerm_api_management.server) == 0 && length(azurerm_dns_cname_record.server) == 0 && length(azapi_resource.certificate) == 0
    error_message = "A gateway or a domain is there although nobody asked for it."
  }
  assert {
    condition     = azurerm_storage_account.server.account_replication_type == "LRS" && azurerm_log_analytics_workspace.server.sku == "PerGB2018" && azurerm_key_vault.key_ring[0].sku_name == "standard"
    error_message = "Something is of a tier that costs more."
  }
  assert {
    condition     = azapi_update_resource.auth.name == "authsettingsV2" && !azapi_update_resource.auth.body.properties.platform.enabled && !azapi_update_resource.auth.body.properties.globalValidation.requireAuthentication
    error_message = "A public server must not ask for tokens, also when it did before."
  }
  assert {
    condition     = length(azuread_application_registration.callers) == 0 && !contains(keys(local.app_settings), "WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES")
    error_message = "A public server needs no registration for its callers."
  }
}

run "every_setting_and_variables_of_the_user" {
  variables {
    environment = { GREETING = "hello" }
    settings = {
      path                  = "/notes/mcp"
      allowed_origins       = ["https://app.example", "https://[::1]:8080"]
      max_body_bytes        = 1000000
      heartbeat_seconds     = 10
      session_seconds       = 60
      session_grace_seconds = 0
      stream_seconds        = 30
      log_level             = "error"
    }
  }
  assert {
    condition = { for name, value in local.server_environment : name => value if !contains(["AWS_REGION", "AZURE_CLIENT_ID"], name) && !can(regex("AWS|KEY_VAULT|TABLE", name)) } == {
      GREETING                           = "hello"
      MCP_ANYCLOUD_ALLOWED_ORIGINS       = "https://app.example,https://[::1]:8080"
      MCP_ANYCLOUD_HEARTBEAT_SECONDS     = "10"
      MCP_ANYCLOUD_LOG_LEVEL             = "error"
      MCP_ANYCLOUD_MAX_BODY_BYTES        = "1000000"
      MCP_ANYCLOUD_PATH                  = "/notes/mcp"
      MCP_ANYCLOUD_SESSION_GRACE_SECONDS = "0"
      MCP_ANYCLOUD_SESSION_SECONDS       = "60"
      MCP_ANYCLOUD_STREAM_SECONDS        = "30"
    }
    error_message = "Settings arrive otherwise: ${jsonencode(local.server_environment)}"
  }
  assert {
    condition     = output.mcp_url == "https://notes-abc123.azurewebsites.net/notes/mcp"
    error_message = "The path is not in the address: ${output.mcp_url}"
  }
}

run "outputs_and_tags" {
  variables {
    tags = { team = "notes", part-of = "wiki" }
  }
  assert {
    condition = {
      mcp_url            = output.mcp_url
      session_store_name = output.session_store_name
      key_ring_name      = output.key_ring_name
      log_location       = output.log_location
      dashboard_url      = output.dashboard_url
      } == {
      mcp_url            = "https://notes-abc123.azurewebsites.net/mcp"
      session_store_name = "notes"
      key_ring_name      = "https://notesabc123.vault.azure.net/secrets/state-keys"
      log_location       = azapi_resource.insights.id
      dashboard_url      = "https://portal.azure.com/#resource/subscriptions/s/resourceGroups/notes/providers/Microsoft.Insights/workbooks/66666666-6666-6666-6666-666666666666/workbook"
    }
    error_message = "An output is another: ${jsonencode([output.mcp_url, output.log_location, output.dashboard_url, output.key_ring_name])}"
  }
  assert {
    condition = alltrue([
      for tags in concat([
        azapi_resource.server.tags, azapi_resource.insights.tags, azurerm_application_insights_workbook.server.tags, azurerm_key_vault.key_ring[0].tags,
        azurerm_log_analytics_workspace.server.tags, azurerm_resource_group.server.tags, azurerm_service_plan.server.tags, azurerm_storage_account.server.tags,
        azurerm_user_assigned_identity.server.tags,
      ], [for alarm in azurerm_monitor_scheduled_query_rules_alert_v2.alarm : alarm.tags]) :
      tags == tomap({ mcp-server = "notes", part-of = "wiki", team = "notes" })
    ])
    error_message = "Something lacks the tags."
  }
}

run "names_that_others_could_have_taken" {
  variables {
    name = "a--very-long-name-indeed"
  }
  assert {
    condition     = length(azurerm_storage_account.server.name) == 24 && azurerm_storage_account.server.name == "averylongnameindeeabc123"
    error_message = "Storage accounts take 3 to 24 letters and digits: ${azurerm_storage_account.server.name}"
  }
  assert {
    condition     = azurerm_key_vault.key_ring[0].name == azurerm_storage_account.server.name
    error_message = "Vaults take at most 24 characters, and no two hyphens in a row."
  }
  assert {
    condition     = length(azapi_resource.server.name) <= 32
    error_message = "By more than 32 characters the host would not tell apps apart."
  }
}
