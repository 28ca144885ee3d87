# Brings the jobs of tasks to their workers, as requests to the service itself, which Google signs in the name of its account.
resource "google_cloud_tasks_queue" "tasks" {
  count = var.tasks ? 1 : 0

  project  = var.project
  name     = "${var.name}-tasks"
  location = var.region

  # A worker that ends is followed by another; a task counts the attempts that did nothing by itself.
  retry_config {
    max_attempts = 20
    min_backoff  = "1s"
    max_backoff  = "300s"
  }

  depends_on = [google_project_service.required]
}

resource "google_cloud_tasks_queue_iam_member" "server" {
  count = var.tasks ? 1 : 0

  project  = var.project
  location = var.region
  name     = google_cloud_tasks_queue.tasks[0].name
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.server.member
}

# To have requests signed in its own name ("Create HTTP target tasks", Using service accounts).
resource "google_service_account_iam_member" "signs_jobs" {
  count = var.tasks ? 1 : 0

  service_account_id = google_service_account.server.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.server.member
}

resource "google_cloud_run_v2_service_iam_member" "jobs" {
  count = var.tasks && (var.auth == "iam" || var.gateway != null) ? 1 : 0

  project  = var.project
  name     = google_cloud_run_v2_service.server.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.server.member
}
