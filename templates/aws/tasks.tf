# Jobs of tasks that failed three times. The next poll of a task finds that its job was lost; the queue tells people.
resource "aws_sqs_queue" "lost_jobs" {
  count = var.tasks ? 1 : 0

  region                    = var.region
  name                      = "${var.name}-lost-jobs"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 14 * 24 * 60 * 60
  tags                      = local.tags
}

resource "aws_sqs_queue_policy" "lost_jobs" {
  count = var.tasks ? 1 : 0

  region    = var.region
  queue_url = aws_sqs_queue.lost_jobs[0].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.lost_jobs[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
