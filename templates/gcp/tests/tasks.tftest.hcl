mock_provider "aws" {}
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_resource "google_service_account" {
    defaults = {
      name      = "projects/notes-123456/serviceAccounts/notes-run@notes-123456.iam.gserviceaccount.com"
      email     = "notes-run@notes-123456.iam.gserviceaccount.com"
      member    = "serviceAccount:notes-run@notes-123456.iam.gserviceaccount.com"
      unique_id = "123456789012345678901"
    }
  }
  mock_resource "google_cloud_run_v2_service" {
    defaults = { uri = "https://notes-abc123-ew.a.run.app" }
  }
}
mock_provider "google-beta" {}
mock_provider "random" {}

variables {
  name    = "notes"
  project = "notes-123456"
  region  = "europe-west1"
  auth    = "public"
  tasks   = true
}

run "jobs_go_through_cloud_tasks" {
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_CLOUD_TASKS_QUEUE == "projects/notes-123456/locations/europe-west1/queues/notes-tasks" && google_cloud_tasks_queue.tasks[0].name == "notes-tasks"
    error_message = "The server must be told of the queue by its full name."
  }
  assert {
    condition     = local.server_environment.MCP_ANYCLOUD_CLOUD_TASKS_URL == "https://notes-123456789012.europe-west1.run.app"
    error_message = "Jobs must be sent to the service itself."
  }
  assert {
    condition     = google_cloud_tasks_queue_iam_member.server[0].role == "roles/cloudtasks.enqueuer" && google_service_account_iam_member.signs_jobs[0].role == "roles/iam.serviceAccountUser"
    error_message = "The server must be allowed to send jobs that are signed in its own name."
  }
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.jobs) == 0
    error_message = "A service that whoever may call needs no role for its jobs."
  }
  assert {
    condition     = contains(keys(google_project_service.required), "cloudtasks.googleapis.com") && contains(keys(google_monitoring_alert_policy.server), "job-age")
    error_message = "The queue's API must be on, and somebody told when jobs wait."
  }
  assert {
    condition     = google_monitoring_alert_policy.server["failing-jobs"].conditions[0].condition_prometheus_query_language[0].query == "sum(increase(logging_googleapis_com:user_notes_failing_jobs{monitored_resource=\"cloud_run_revision\"}[15m])) > 4.5" && strcontains(google_logging_metric.answers["failing-jobs"].filter, "requestUrl:\"/mcp-anycloud/job\"")
    error_message = "Somebody must be told when jobs fail, of those that Cloud Tasks sends."
  }
}

run "jobs_may_call_a_service_that_iam_guards" {
  variables {
    auth = "iam"
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.jobs[0].role == "roles/run.invoker"
    error_message = "Cloud Tasks calls in the name of the service's account, which must be let in."
  }
}

run "none_without_tasks" {
  variables {
    tasks = false
  }

  assert {
    condition     = length(google_cloud_tasks_queue.tasks) + length(google_cloud_tasks_queue_iam_member.server) + length(google_service_account_iam_member.signs_jobs) == 0 && !contains(keys(google_monitoring_alert_policy.server), "job-age") && !contains(keys(google_monitoring_alert_policy.server), "failing-jobs")
    error_message = "A server without tasks needs no queue."
  }
}

run "tasks_need_a_store" {
  command = plan

  variables {
    session_store = "none"
  }

  expect_failures = [var.tasks]
}
