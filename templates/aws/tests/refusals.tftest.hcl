mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  auth     = "public"
  artefact = "key-rotation.zip"
}

# Tests of refusals. A run costs a plan, so each takes as many wrong values as go together: it fails if one of them passes, and
# if anything else is refused. Rules that name a second variable are not tried where that one is refused.

run "refused_1" {
  command = plan

  variables {
    name               = "Notes"
    region             = "westeurope"
    auth               = "tokens"
    session_store      = "cosmos"
    gateway            = { throttle_rate = 0 }
    alarm_targets      = ["notes-alarms"]
    alarm_tools        = ["search notes"]
    log_retention_days = 0
    max_instances      = 0
    tags               = { Team = "notes" }
    environment        = { "MY-NAME" = "x" }
  }
  expect_failures = [var.name, var.region, var.auth, var.session_store, var.gateway, var.alarm_targets, var.alarm_tools, var.max_instances, var.log_retention_days, var.tags, var.environment]
}

run "refused_2" {
  command = plan

  variables {
    name               = "ab"
    alarm_tools        = ["pay", "pay"]
    shared_state       = { table = "arn:aws:dynamodb:eu-central-1:123456789012:table/notes" }
    custom_domain      = { name = "mcp.example.com" }
    log_retention_days = 45
    tags               = { team = "the notes" }
    environment        = { mcp_anycloud_path = "/mcp" }
    settings           = { allowed_origins = ["https://app.example/"] }
  }
  expect_failures = [var.name, var.alarm_tools, var.shared_state, var.custom_domain, var.log_retention_days, var.tags, var.environment, var.settings]
}

run "refused_3" {
  command = plan

  variables {
    name          = "a-name-of-twenty-five-let"
    shared_state  = { region = "frankfurt" }
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1" }
    tags          = { aws-team = "notes" }
    environment   = { AWS_REGION = "us-east-1" }
    settings      = { max_body_bytes = 33554433 }
  }
  expect_failures = [var.name, var.shared_state, var.custom_domain, var.tags, var.environment, var.settings]
}

run "refused_4" {
  command = plan

  variables {
    name          = "notes-"
    shared_state  = { key_ring = "keys" }
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1", zone = "example.com" }
    tags          = { for number in range(49) : "tag${number}" => "x" }
    environment   = { _HANDLER = "x" }
    settings      = { max_body_bytes = 1.5 }
  }
  expect_failures = [var.name, var.shared_state, var.custom_domain, var.tags, var.environment, var.settings]
}

run "refused_5" {
  command = plan

  variables {
    name          = "1notes"
    session_store = "none"
    shared_state  = { table = "notes" }
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
    gateway       = null
    environment   = { AWS_LAMBDA_FUNCTION_NAME = "x" }
    settings      = { heartbeat_seconds = 201 }
  }
  expect_failures = [var.name, var.shared_state, var.custom_domain, var.environment, var.settings]
}

# The table lies where the function does.
run "refused_6" {
  command = plan

  variables {
    session_store = "redis"
    shared_state  = { table = "notes", region = "us-east-1" }
    custom_domain = { name = "https://mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
    settings      = { session_seconds = 59 }
  }
  expect_failures = [var.redis, var.shared_state, var.custom_domain, var.settings]
}

run "refused_7" {
  command = plan

  variables {
    gateway  = { throttle_burst = 1.5 }
    redis    = { url_secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-url-AbCdEf" }
    settings = { session_grace_seconds = 31536001 }
  }
  expect_failures = [var.gateway, var.redis, var.settings]
}

run "refused_8" {
  command = plan

  variables {
    gateway  = { log_role = "none" }
    settings = { stream_seconds = 3601 }
  }
  expect_failures = [var.gateway, var.settings]
}

run "refused_9" {
  command = plan

  variables {
    settings = { log_level = "debug" }
  }
  expect_failures = [var.settings]
}

run "an_artefact_that_is_not_there" {
  command = plan

  variables {
    artefact = "../../docs"
  }
  expect_failures = [aws_lambda_function.server]
}

run "a_shared_table_of_another_kind" {
  command = plan

  override_data {
    target = data.aws_dynamodb_table.shared[0]
    values = { hash_key = "id", range_key = "sk" }
  }
  variables {
    shared_state = { table = "shared" }
  }
  expect_failures = [data.aws_dynamodb_table.shared]
}

run "a_shared_table_without_a_sort_key" {
  command = plan

  override_data {
    target = data.aws_dynamodb_table.shared[0]
    values = { hash_key = "pk", range_key = "" }
  }
  variables {
    shared_state = { table = "shared" }
  }
  expect_failures = [data.aws_dynamodb_table.shared]
}

run "what_is_just_right" {
  command = plan

  variables {
    name               = "a-name-of-twenty-four-ch"
    region             = "us-gov-west-1"
    shared_state       = { table = "T.a_b-c", region = "us-gov-west-1", key_ring = "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a/b-AbCdEf" }
    custom_domain      = { name = "mcp.example.com", certificate = "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/11111111-2222" }
    gateway            = { throttle_rate = 1, throttle_burst = 1000000, log_role = "existing" }
    alarm_targets      = ["arn:aws-us-gov:sns:us-gov-west-1:123456789012:notes_alarms"]
    log_retention_days = 3653
    tags               = { for number in range(48) : "t${number}" => "x" }
    environment        = { AWS_PROFILE_OF_NOTES = "x", LAMBDA_COLOUR = "yellow" }
    settings = {
      path                  = "/a.b/c~d"
      allowed_origins       = ["*", "https://app.example", "http://[::1]:8080"]
      max_body_bytes        = 1
      heartbeat_seconds     = 200
      session_seconds       = 60
      session_grace_seconds = 0
      stream_seconds        = 3600
      log_level             = "silent"
      public_url            = "https://mcp.example.com/prod/mcp"
      rate_limits           = ["principal=1/1", "address=999999999/86400", "tool:a.b/c-d_e=10/60"]
      max_header_bytes      = 65536
      max_json_depth        = 8
      max_json_keys         = 1000000
      max_streams           = 1
      max_output_bytes      = 1024
      audit                 = "on"
    }
  }
}
