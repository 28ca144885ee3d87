mock_provider "aws" {
  source = "./tests/mocks/aws"
}

variables {
  name   = "notes"
  region = "eu-central-1"
  auth   = "public"
  image  = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  network = {
    vpc                   = "vpc-1"
    load_balancer_subnets = ["subnet-1", "subnet-2"]
    task_subnets          = ["subnet-3"]
  }
  custom_domain = {
    name        = "mcp.example.com"
    certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
  }
}

# A run costs a plan, so each takes as many wrong values as go together: it fails if one of them passes, and if anything else is
# refused. The rules that all modules have are tried in templates/aws.
run "refused_1" {
  command = plan

  variables {
    auth            = "iam"
    image           = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/notes:latest"
    network         = { vpc = "notes", load_balancer_subnets = ["subnet-1", "subnet-2"], task_subnets = ["subnet-3"] }
    custom_domain   = { name = "mcp.example.com", certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1" }
    max_instances   = 0
    memory_mib      = 768
    timeout_seconds = 3601
    trusted_proxies = -1
    environment     = { AWS_ACCESS_KEY_ID = "x" }
    session_store   = "redis"
  }
  expect_failures = [var.auth, var.image, var.network, var.custom_domain, var.max_instances, var.memory_mib, var.timeout_seconds, var.trusted_proxies, var.environment, var.redis]
}

run "refused_2" {
  command = plan

  variables {
    image         = "notes@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    network       = { vpc = "vpc-1", load_balancer_subnets = ["subnet-1", "subnet-1"], task_subnets = ["subnet-3"] }
    custom_domain = { name = "mcp.example.com" }
    min_instances = 0
    environment   = { PORT = "80" }
  }
  expect_failures = [var.image, var.network, var.custom_domain, var.min_instances, var.environment]
}

run "refused_3" {
  command = plan

  variables {
    network       = { vpc = "vpc-1", load_balancer_subnets = ["subnet-1", "subnet-2"], task_subnets = ["private"] }
    custom_domain = { name = "mcp.example.com", certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1", zone = "example.com" }
    min_instances = 21
  }
  expect_failures = [var.network, var.custom_domain, var.min_instances]
}
