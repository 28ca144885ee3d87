# The table of sessions and shared state, in AWS: a new one, or one that another deployment made. Keys and expiry attribute are
# those of adapters/aws/dynamodb/item.ts.
resource "aws_dynamodb_table" "sessions" {
  count = local.uses_aws && var.shared_state.table == null ? 1 : 0

  region       = local.aws_region
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"
  tags         = local.tags

  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }

  # AWS's managed key: it names itself in CloudTrail, unlike the key that DynamoDB owns, and has no monthly price.
  server_side_encryption {
    enabled = true
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
  }

  # Nothing deletes the table by accident: docs/gcp.md says how to do it on purpose.
  deletion_protection_enabled = true
}

# Looked up, so that a name that is wrong is an error of the plan and not of the first request.
data "aws_dynamodb_table" "shared" {
  count = local.uses_aws && var.shared_state.table != null ? 1 : 0

  region = local.aws_region
  name   = var.shared_state.table

  lifecycle {
    postcondition {
      condition     = self.hash_key == "pk" && self.range_key == "sk"
      error_message = "shared_state.table must have the partition key pk and the sort key sk: take a table that a deployment of this server made."
    }
  }
}

locals {
  table_name = one(concat(aws_dynamodb_table.sessions[*].name, data.aws_dynamodb_table.shared[*].name))
  table_arn  = one(concat(aws_dynamodb_table.sessions[*].arn, data.aws_dynamodb_table.shared[*].arn))
}

# The same in Google Cloud: a database of its own, in native mode. Collection and fields are those of
# adapters/gcp/firestore/document.ts; what is kept is found by one field alone, so nothing else is indexed.
resource "google_firestore_database" "sessions" {
  count = local.is_native ? 1 : 0

  project     = var.project
  name        = "${var.name}-state"
  location_id = var.region
  type        = "FIRESTORE_NATIVE"

  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  # Nothing deletes the database by accident: docs/gcp.md says how to do it on purpose.
  delete_protection_state = "DELETE_PROTECTION_ENABLED"
  deletion_policy         = "DELETE"

  depends_on = [google_project_service.required]
}

resource "google_firestore_field" "sort" {
  count = local.is_native ? 1 : 0

  project    = var.project
  database   = google_firestore_database.sessions[0].name
  collection = "mcpItems"
  field      = "sort"

  index_config {
    indexes {
      order       = "ASCENDING"
      query_scope = "COLLECTION"
    }
    indexes {
      order       = "DESCENDING"
      query_scope = "COLLECTION"
    }
  }
}

resource "google_firestore_field" "not_indexed" {
  for_each = toset(local.is_native ? ["value", "version", "replaced", "expiresAt", "partsId", "partsCount"] : [])

  project    = var.project
  database   = google_firestore_database.sessions[0].name
  collection = "mcpItems"
  field      = each.key

  index_config {}
}

resource "google_firestore_field" "expiry" {
  count = local.is_native ? 1 : 0

  project    = var.project
  database   = google_firestore_database.sessions[0].name
  collection = "mcpItems"
  field      = "removeAt"

  ttl_config {}
  index_config {}
}

# For this one database of the project.
resource "google_project_iam_member" "sessions" {
  count = local.is_native ? 1 : 0

  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.server.member

  condition {
    title      = "${var.name}-state"
    expression = "resource.name == \"projects/${var.project}/databases/${google_firestore_database.sessions[0].name}\""
  }
}
