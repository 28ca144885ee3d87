# Tests that a plan reports wrong variables before anything is created. Each run breaks rules of several variables, once each.

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

run "names_must_be_names" {
  command = plan

  variables {
    name          = "Notes"
    project       = "123456"
    region        = "Europe"
    auth          = "tokens"
    session_store = "memory"
  }

  expect_failures = [var.name, var.project, var.region, var.auth, var.session_store]
}

run "names_have_limits" {
  command = plan

  variables {
    name    = "notes-of-everybody-here-x"
    project = "My Notes"
    region  = "europe-west1-b"
    auth    = ""
  }

  expect_failures = [var.name, var.project, var.region, var.auth]
}

run "names_do_not_end_with_a_hyphen" {
  command = plan

  variables {
    name = "notes-"
  }

  expect_failures = [var.name]
}

run "shared_table_is_a_name" {
  command = plan

  variables {
    shared_state = { table = "arn:aws:dynamodb:us-east-1:123456789012:table/notes" }
  }

  expect_failures = [var.shared_state]
}

run "shared_region_is_of_aws" {
  command = plan

  variables {
    shared_state = { region = "europe-west1" }
  }

  expect_failures = [var.shared_state]
}

run "shared_key_ring_is_an_arn" {
  command = plan

  variables {
    shared_state = { key_ring = "notes-key-ring" }
  }

  expect_failures = [var.shared_state]
}

run "nothing_is_shared_without_a_store" {
  command = plan

  variables {
    session_store = "none"
    shared_state  = { table = "notes" }
  }

  expect_failures = [var.shared_state]
}

run "a_key_ring_has_a_key" {
  command = plan

  variables {
    state_key_ids = []
  }

  expect_failures = [var.state_key_ids]
}

run "keys_are_told_apart" {
  command = plan

  variables {
    state_key_ids = ["2", "2"]
  }

  expect_failures = [var.state_key_ids]
}

run "key_ids_have_no_colon" {
  command = plan

  variables {
    state_key_ids = ["2026:11"]
  }

  expect_failures = [var.state_key_ids]
}

run "a_domain_is_a_host_name" {
  command = plan

  variables {
    custom_domain = { name = "https://mcp.example.com" }
  }

  expect_failures = [var.custom_domain]
}

run "google_makes_the_certificate" {
  command = plan

  variables {
    custom_domain = { name = "mcp.example.com", certificate = "mine" }
  }

  expect_failures = [var.custom_domain]
}

run "a_zone_is_a_name" {
  command = plan

  variables {
    custom_domain = { name = "mcp.example.com", zone = "example.com." }
  }

  expect_failures = [var.custom_domain]
}

run "a_gateway_waits_no_longer_than_the_service" {
  command = plan

  variables {
    gateway = { deadline_seconds = 901 }
  }

  expect_failures = [var.gateway]
}

run "a_gateway_hides_who_calls" {
  command = plan

  variables {
    auth    = "iam"
    gateway = {}
  }

  expect_failures = [var.gateway]
}

run "a_gateway_has_no_name_of_ones_own" {
  command = plan

  variables {
    gateway       = {}
    custom_domain = { name = "mcp.example.com" }
  }

  expect_failures = [var.gateway]
}
