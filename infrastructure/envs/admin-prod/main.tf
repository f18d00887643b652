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

# What infrastructure/envs/<env> published: the environment has one network and one key, and the admin stands on them.
data "aws_ssm_parameter" "workload_key" {
  name = "/alphaswarm/${var.environment}/workload_kms_key_arn"
}

module "foundation" {
  source = "../../modules/admin-foundation"

  name_prefix = "alphaswarm"
  environment = var.environment
  kms_key_arn = data.aws_ssm_parameter.workload_key.insecure_value

  hostname                      = var.hostname
  hosted_zone_id                = var.hosted_zone_id
  certificate_alternative_names = var.certificate_alternative_names
}
