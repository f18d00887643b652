# Where the state lies differs by environment, and no variable can stand here: init -backend-config=<env>.s3.tfbackend.
terraform {
  backend "s3" {
    key          = "infrastructure/bootstrap/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}
