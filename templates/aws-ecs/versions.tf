terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.0 brought `region` of resources.
      version = ">= 6.25, < 7.0"
    }
  }
}
