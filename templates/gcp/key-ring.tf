# The keys that seal `requestState`, in a secret that the server alone may read. The keys are in Terraform's state as well: who
# can read the state can open what they sealed. Idle: $0.06 a month for each version beyond Google's free six.
locals {
  own_key_ring = var.shared_state.key_ring == null
}

resource "random_bytes" "state_key" {
  for_each = local.own_key_ring ? toset(var.state_key_ids) : []

  length = 32
}

resource "google_secret_manager_secret" "key_ring" {
  count = local.own_key_ring ? 1 : 0

  project   = var.project
  secret_id = "${var.name}-key-ring"
  labels    = local.tags

  replication {
    auto {}
  }

  depends_on = [google_project_service.required]
}

resource "google_secret_manager_secret_version" "key_ring" {
  count = local.own_key_ring ? 1 : 0

  secret      = google_secret_manager_secret.key_ring[0].id
  secret_data = join(",", [for id in var.state_key_ids : "${id}:${random_bytes.state_key[id].base64}"])

  # The server reads the newest version. An earlier one stays, for whoever has to bring a key back.
  deletion_policy = "ABANDON"

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_secret_manager_secret_iam_member" "server" {
  count = local.own_key_ring ? 1 : 0

  project   = var.project
  secret_id = google_secret_manager_secret.key_ring[0].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.server.member
}
