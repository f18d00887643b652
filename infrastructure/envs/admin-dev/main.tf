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

# Who may change this account. Its own modules, so that an administrator can put them in place before anything else:
# -target=module.account -target=module.github_oidc. Afterwards only an administrator can change them.
module "account" {
  source = "../../modules/account"

  account_id     = var.account_id
  environment    = var.environment
  region         = var.region
  apply_role_arn = module.github_oidc.apply_role_arn
  external_id    = "alphaswarm-${var.environment}"
  state_bucket   = local.state_bucket
}

module "github_oidc" {
  source = "../../modules/github-oidc"

  account_id               = var.account_id
  environment              = var.environment
  region                   = var.region
  approvals                = var.approvals
  repositories             = var.github_repositories
  apply_workflow_files     = var.apply_workflow_files
  plan_workflow_files      = var.plan_workflow_files
  permissions_boundary_arn = module.account.permissions_boundary_arn
  execution_role_arn       = module.account.execution_role_arn
  deploy_project           = "alphaswarm-deploy-${var.environment}"
  state_bucket             = local.state_bucket
}

locals {
  # As in backend.tf, where no variable can stand.
  state_bucket = "alphaswarm-tfstate-${var.account_id}"
}
