terraform {
  backend "s3" {
    bucket       = "alphaswarm-tfstate-333333333333"
    key          = "infrastructure/prod/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}
