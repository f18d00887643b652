# What a pipeline deploys in tests: it needs no provider, and its state lies in a bucket like every other.
terraform {
  required_version = ">= 1.10"

  backend "s3" {
    region       = "us-east-1"
    use_lockfile = true
  }
}

variable "environment" {
  type = string
}

resource "terraform_data" "deployed" {
  input = var.environment
}

output "deployed" {
  value = terraform_data.deployed.output
}
