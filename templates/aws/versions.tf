terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.27 brought `response_transfer_mode`, 6.29 `invoked_via_function_url`: both are needed.
      version = ">= 6.29, < 7.0"
    }
  }
}
