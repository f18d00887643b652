terraform {
  backend "s3" {
    bucket       = "alphaswarm-tfstate-111111111111"
    key          = "infrastructure/dev/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}
