# Tests that a plan refuses every value that the endpoint would refuse when it starts (src/config/).

mock_provider "aws" {}
mock_provider "google" {}
mock_provider "google-beta" {}
mock_provider "random" {}

variables {
  name    = "notes"
  project = "notes-123456"
  region  = "europe-west1"
  auth    = "public"
}

run "environment_has_names" {
  command = plan

  variables {
    environment = { "1st" = "x" }
  }

  expect_failures = [var.environment]
}

run "environment_is_no_setting" {
  command = plan

  variables {
    environment = { MCP_ANYCLOUD_PATH = "/x" }
  }

  expect_failures = [var.environment]
}

run "environment_is_not_cloud_run_s" {
  command = plan

  variables {
    environment = { K_SERVICE = "x" }
  }

  expect_failures = [var.environment]
}

run "environment_is_not_this_module_s" {
  command = plan

  variables {
    environment = { AWS_REGION = "eu-central-1" }
  }

  expect_failures = [var.environment]
}

run "path" {
  command = plan

  variables {
    settings = { path = "/mcp/" }
  }

  expect_failures = [var.settings]
}

run "origins" {
  command = plan

  variables {
    settings = { allowed_origins = ["https://app.example/"] }
  }

  expect_failures = [var.settings]
}

run "origins_without_default_port" {
  command = plan

  variables {
    settings = { allowed_origins = ["https://app.example:443"] }
  }

  expect_failures = [var.settings]
}

run "body" {
  command = plan

  variables {
    settings = { max_body_bytes = 33554433 }
  }

  expect_failures = [var.settings]
}

run "heartbeat" {
  command = plan

  variables {
    settings = { heartbeat_seconds = 0.5 }
  }

  expect_failures = [var.settings]
}

run "session" {
  command = plan

  variables {
    settings = { session_seconds = 59 }
  }

  expect_failures = [var.settings]
}

run "grace" {
  command = plan

  variables {
    settings = { session_grace_seconds = -1 }
  }

  expect_failures = [var.settings]
}

run "stream" {
  command = plan

  variables {
    settings = { stream_seconds = 3601 }
  }

  expect_failures = [var.settings]
}

run "log_level" {
  command = plan

  variables {
    settings = { log_level = "debug" }
  }

  expect_failures = [var.settings]
}

run "each_setting_is_a_variable" {
  command = plan

  variables {
    session_store = "none"
    environment   = { GREETING = "hello" }
    settings = {
      path                  = "/notes"
      allowed_origins       = ["https://app.example", "http://[::1]:3000"]
      max_body_bytes        = 1
      heartbeat_seconds     = 200
      session_seconds       = 2592000
      session_grace_seconds = 0
      stream_seconds        = 3600
      log_level             = "silent"
    }
  }

  assert {
    condition = { for name, value in local.server_environment : name => value if !contains(["GOOGLE_CLOUD_PROJECT", "MCP_ANYCLOUD_SECRET_MANAGER_SECRET", "MCP_ANYCLOUD_TIMEOUT_SECONDS"], name) } == {
      GREETING                           = "hello"
      MCP_ANYCLOUD_PATH                  = "/notes"
      MCP_ANYCLOUD_ALLOWED_ORIGINS       = "https://app.example,http://[::1]:3000"
      MCP_ANYCLOUD_MAX_BODY_BYTES        = "1"
      MCP_ANYCLOUD_HEARTBEAT_SECONDS     = "200"
      MCP_ANYCLOUD_SESSION_SECONDS       = "2592000"
      MCP_ANYCLOUD_SESSION_GRACE_SECONDS = "0"
      MCP_ANYCLOUD_STREAM_SECONDS        = "3600"
      MCP_ANYCLOUD_LOG_LEVEL             = "silent"
    }
    error_message = "Each setting must reach the server as its variable."
  }
}
