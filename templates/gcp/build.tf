# Where `gcloud run deploy` puts images, and who builds them. Cloud Build's default is the Compute Engine service account,
# which new projects have with all rights, with none, or not at all.
resource "google_artifact_registry_repository" "images" {
  project       = var.project
  repository_id = var.name
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the MCP server"
  labels        = local.tags

  # Deletes images that are neither young nor among the last ten. Cloud Run keeps a copy of its own for each revision that serves
  # ("Container image import").
  cleanup_policies {
    id     = "keep-last"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      tag_state  = "ANY"
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_service_account" "build" {
  project      = var.project
  account_id   = "${var.name}-build"
  display_name = "Builds of MCP server ${var.name}"

  depends_on = [google_project_service.required]
}

# Reads the uploaded source, writes images and its log. The source lies in a bucket that gcloud makes, and its roles are the
# project's for want of a name before.
resource "google_project_iam_member" "build" {
  project = var.project
  role    = "roles/run.builder"
  member  = google_service_account.build.member
}
