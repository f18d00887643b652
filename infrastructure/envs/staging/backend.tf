terraform {
  backend "s3" {
    bucket       = "alphaswarm-tfstate-222222222222"
    key          = "infrastructure/staging/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}
