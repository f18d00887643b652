# What has to be there before anything else can be applied: where states lie, and who may change the account. Applied by
# an administrator of the account, once and whenever the trust changes; no role inside the boundary can.
provider "aws" {
  region = var.region
  # Credentials of another account are refused before anything is read.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      component   = "bootstrap"
      environment = var.environment
      managed_by  = "terraform"
      repository  = "alphaswarm_platform"
      tree        = "infrastructure"
    }
  }
}

locals {
  # As in <env>.s3.tfbackend, where no variable can stand.
  state_bucket = "alphaswarm-tfstate-${var.account_id}"

  # The project, which the landing zone makes, and its role.
  deploy_build = "alphaswarm-deploy-${var.environment}"

  # What whoever starts it may say: as core's delivery/orders.py, which checks each value; a test compares the two.
  image_variables = ["ALPHASWARM_SERVICE", "ALPHASWARM_TAG"] # delivery/image_orders.py
  order_variables = ["ALPHASWARM_ACTION", "ALPHASWARM_EVIDENCE", "ALPHASWARM_INPUTS", "ALPHASWARM_PLAN_RUN"]
}

# The bucket has to exist before the state that describes it: `alphaswarm bootstrap` makes it, bare, and here it is taken in.
import {
  to = module.state.aws_s3_bucket.this
  id = local.state_bucket
}

module "state" {
  source = "../modules/terraform-state"

  account_id  = var.account_id
  bucket      = local.state_bucket
  environment = var.environment
  region      = var.region
}

module "account" {
  source = "../modules/account"

  account_id     = var.account_id
  environment    = var.environment
  region         = var.region
  apply_role_arn = module.github_oidc.apply_role_arn
  external_id    = "alphaswarm-${var.environment}"
  state_bucket   = local.state_bucket
  state_key_arn  = module.state.key_arn

  protected_role_names = ["aqp-gha-apply", "aqp-gha-plan"]
  build_role_name      = local.deploy_build
}

module "github_oidc" {
  source = "../modules/github-oidc"

  account_id               = var.account_id
  environment              = var.environment
  region                   = var.region
  approvals                = var.approvals
  repositories             = var.github_repositories
  apply_workflow_files     = var.apply_workflow_files
  plan_workflow_files      = var.plan_workflow_files
  permissions_boundary_arn = module.account.permissions_boundary_arn
  execution_role_arn       = module.account.execution_role_arn
  deploy_project           = local.deploy_build
  build_variables          = local.order_variables
  image_project            = "alphaswarm-image-${var.environment}"
  image_variables          = local.image_variables
  trail_bucket             = "alphaswarm-trail-${var.account_id}"
  state_bucket             = local.state_bucket
  state_key_arn            = module.state.key_arn
}

# As what the deploy build applies the app tier. Here, and not in the landing zone as the build itself: a role that makes roles
# is part of the account's trust.
module "deploy_build" {
  source = "../modules/deploy-build"

  account_id               = var.account_id
  environment              = var.environment
  region                   = var.region
  name_prefix              = "alphaswarm"
  project_name             = local.deploy_build
  role_name                = local.deploy_build
  permissions_boundary_arn = module.account.permissions_boundary_arn
  handle_path              = "alphaswarm/${var.environment}"
  state_bucket             = local.state_bucket
  state_key_arn            = module.state.key_arn
}
