provider "aws" {
  region = var.region
  # Credentials of another account are refused before anything is read.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      component   = "admin"
      environment = var.environment
      managed_by  = "terraform"
      repository  = "alphaswarm_platform"
      tree        = "infrastructure"
    }
  }
}

module "foundation" {
  source = "../../modules/admin-foundation"

  name_prefix = "alphaswarm"
  environment = var.environment
  account_id  = var.account_id
  region      = var.region

  vpc_cidr           = var.vpc_cidr
  availability_zones = var.availability_zones
  single_nat_gateway = var.single_nat_gateway

  hostname                      = var.hostname
  hosted_zone_id                = var.hosted_zone_id
  certificate_alternative_names = var.certificate_alternative_names
}
