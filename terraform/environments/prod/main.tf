provider "aws" {
  region = var.region
  # Credentials of another account are refused before anything is read. A run without an id fits no account at all: the
  # provider is what no -target and no destroy without refresh leaves out, and both skip a variable that nothing uses.
  allowed_account_ids = [var.run_id == "" ? "run-without-an-id" : var.account_id]

  default_tags {
    tags = {
      component   = "admin"
      environment = var.environment
      managed_by  = "terraform"
      repository  = "alphaswarm_platform"
      tree        = "alphaswarm_platform"
    }
  }
}

module "handles" {
  source = "../../modules/handles"

  landing_zone = var.landing_zone
}

module "admin" {
  source = "../../modules/admin-service"

  name_prefix = "alphaswarm"
  environment = var.environment
  account_id  = var.account_id
  region      = var.region
  hostname    = "${var.hostname_prefix}${module.handles.text.admin_hostname}"

  vpc_id             = module.handles.text.vpc_id
  private_subnet_ids = module.handles.lists.private_subnet_ids
  public_subnet_ids  = module.handles.lists.public_subnet_ids

  ledger_client_security_group_id = module.handles.text.ledger_client_security_group_id

  certificate_arn        = module.handles.text.acm_certificate_arn_alb
  kms_key_arn            = module.handles.text.workload_kms_key_arn
  permissions_boundary   = module.handles.text.permissions_boundary_arn
  ledger_url_secret_arn  = module.handles.text.admin_ledger_url_secret_arn
  session_key_secret_arn = module.handles.text.admin_session_key_secret_arn

  alb_access_logs_bucket = module.handles.optional.alb_access_logs_bucket
  hosted_zone_id         = module.handles.optional.hosted_zone_id

  backend               = var.backend
  backend_image_digest  = var.backend_image_digest
  frontend              = var.frontend
  frontend_image_digest = var.frontend_image_digest
  log_retention_days    = var.log_retention_days

  backend_repository = {
    arn = module.handles.text.ecr_admin_repository_arn
    url = module.handles.text.ecr_admin_repository_url
  }

  frontend_repository = {
    arn = module.handles.text.ecr_admin_frontend_repository_arn
    url = module.handles.text.ecr_admin_frontend_repository_url
  }
}
