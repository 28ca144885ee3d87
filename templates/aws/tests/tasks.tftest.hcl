mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name     = "notes"
  region   = "eu-central-1"
  auth     = "public"
  artefact = "key-rotation.zip"
  tasks    = true
}

run "jobs_that_are_lost_are_kept" {
  assert {
    condition     = aws_lambda_function.server.dead_letter_config[0].target_arn == aws_sqs_queue.lost_jobs[0].arn && aws_sqs_queue.lost_jobs[0].sqs_managed_sse_enabled
    error_message = "Jobs that failed three times must go to a queue, encrypted."
  }
  assert {
    condition     = strcontains(aws_iam_role_policy.server.policy, "sqs:SendMessage") && strcontains(aws_iam_role_policy.server.policy, "lambda:InvokeFunction")
    error_message = "The function must be allowed to invoke itself, and Lambda to keep what failed."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.server["lost-jobs"].dimensions.QueueName == "notes-lost-jobs" && aws_sqs_queue.lost_jobs[0].name == "notes-lost-jobs" && contains(keys(aws_cloudwatch_metric_alarm.server), "job-age")
    error_message = "Somebody must be told of jobs that wait or are lost."
  }
}

run "none_without_tasks" {
  variables {
    tasks = false
  }

  assert {
    condition     = length(aws_sqs_queue.lost_jobs) + length(aws_lambda_function.server.dead_letter_config) == 0 && !strcontains(aws_iam_role_policy.server.policy, "lambda:InvokeFunction")
    error_message = "A server without tasks needs no queue, and no permission."
  }
}

run "tasks_need_a_store" {
  command = plan

  variables {
    session_store = "none"
  }

  expect_failures = [var.tasks]
}
