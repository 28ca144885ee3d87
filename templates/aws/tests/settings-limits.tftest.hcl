# Limits that the endpoint would refuse when it starts (src/config/) are refused here.

mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  auth     = "public"
  artefact = "key-rotation.zip"
}

run "setting_path" {
  command = plan

  variables {
    settings = { path = "/mcp/" }
  }

  expect_failures = [var.settings]
}

run "setting_public_url" {
  command = plan

  variables {
    settings = { public_url = "http://mcp.example.com/mcp" }
  }

  expect_failures = [var.settings]
}

run "setting_rate_limit" {
  command = plan

  variables {
    settings = { rate_limits = ["principal=600"] }
  }

  expect_failures = [var.settings]
}

run "setting_rate_window" {
  command = plan

  variables {
    settings = { rate_limits = ["address=1/86401"] }
  }

  expect_failures = [var.settings]
}

run "setting_rate_limits_of_one" {
  command = plan

  variables {
    settings = { rate_limits = ["principal=1/1", "principal=600/60"] }
  }

  expect_failures = [var.settings]
}

run "setting_headers" {
  command = plan

  variables {
    settings = { max_header_bytes = 1023 }
  }

  expect_failures = [var.settings]
}

run "setting_depth" {
  command = plan

  variables {
    settings = { max_json_depth = 1001 }
  }

  expect_failures = [var.settings]
}

run "setting_keys" {
  command = plan

  variables {
    settings = { max_json_keys = 99 }
  }

  expect_failures = [var.settings]
}

run "setting_streams" {
  command = plan

  variables {
    settings = { max_streams = 0 }
  }

  expect_failures = [var.settings]
}

run "setting_output" {
  command = plan

  variables {
    settings = { max_output_bytes = 1.5 }
  }

  expect_failures = [var.settings]
}

run "setting_audit" {
  command = plan

  variables {
    settings = { audit = "yes" }
  }

  expect_failures = [var.settings]
}

run "setting_rate_limits_without_a_store" {
  command = plan

  variables {
    session_store = "none"
    settings      = { rate_limits = ["principal=600/60"] }
  }

  expect_failures = [var.settings]
}
