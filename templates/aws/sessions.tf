# The table of sessions and shared state: a new one, or one that another deployment made. Keys and expiry attribute are those
# of adapters/aws/dynamodb/item.ts.
resource "aws_dynamodb_table" "sessions" {
  count = local.has_table && var.shared_state.table == null ? 1 : 0

  region       = var.region
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

  # Nothing deletes the table by accident: docs/terraform.md says how to do it on purpose.
  deletion_protection_enabled = true
}

# Looked up, so that a name that is wrong is an error of the plan and not of the first request.
data "aws_dynamodb_table" "shared" {
  count = local.has_table && var.shared_state.table != null ? 1 : 0

  region = var.region
  name   = var.shared_state.table

  lifecycle {
    postcondition {
      condition     = self.hash_key == "pk" && self.range_key == "sk"
      error_message = "shared_state.table must have the partition key pk and the sort key sk: take a table that a deployment of this server made."
    }
  }
}

locals {
  has_table  = contains(["dynamodb", "native"], var.session_store)
  table_name = one(concat(aws_dynamodb_table.sessions[*].name, data.aws_dynamodb_table.shared[*].name))
  table_arn  = one(concat(aws_dynamodb_table.sessions[*].arn, data.aws_dynamodb_table.shared[*].arn))
}
