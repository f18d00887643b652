provider "aws" {
  region = var.region
  # Credentials of another account are refused before anything is read.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      component   = "landing-zone"
      environment = var.environment
      managed_by  = "terraform"
      repository  = "alphaswarm_platform"
      tree        = "infrastructure"
    }
  }
}

locals {
  prefix = "alphaswarm"
  name   = "${local.prefix}-${var.environment}"

  # By these names the execution role may make them (modules/account).
  roles = { for part in ["eks", "flow", "image", "nodes", "trail"] : part => "${local.prefix}-zone-${part}-${var.environment}" }

  # What builds, nodes and tasks call all day.
  endpoints = [
    "codeartifact.api", "codeartifact.repositories", "codebuild", "ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "ssm", "sts",
  ]

  admin_repositories = ["${local.prefix}-admin", "${local.prefix}-admin-frontend"]
}

# What the account's bootstrap published.
data "aws_ssm_parameter" "permissions_boundary" {
  name = "/alphaswarm/${var.environment}/permissions_boundary_arn"
}

module "kms" {
  source = "../../modules/kms"

  account_id  = var.account_id
  alias       = "${local.name}-workload"
  description = "Images, packages, databases, logs, secrets and shell sessions of ${local.name}"
  region      = var.region
  services    = ["cloudtrail", "cloudwatch"]
}

# Nodes and whatever else is started: nobody has to remember it.
resource "aws_ebs_encryption_by_default" "this" {}

module "vpc" {
  source = "../../modules/vpc"

  account_id               = var.account_id
  availability_zones       = var.availability_zones
  cidr                     = var.vpc_cidr
  endpoint_zones           = var.endpoint_zones
  flow_log_role_name       = local.roles.flow
  interface_endpoints      = local.endpoints
  kms_key_arn              = module.kms.key_arn
  log_retention_days       = var.log_retention_days
  name                     = local.name
  permissions_boundary_arn = data.aws_ssm_parameter.permissions_boundary.insecure_value
  single_nat_gateway       = var.single_nat_gateway
}

module "ecr" {
  source = "../../modules/ecr-repositories"

  repositories = [for service in var.platform_services : "${local.prefix}-${service}"]
  kms_key_arn  = module.kms.key_arn
}

module "ledger" {
  source = "../../modules/rds-postgres"

  backup_days        = var.ledger_database.backup_days
  instance_class     = var.ledger_database.instance_class
  kms_key_arn        = module.kms.key_arn
  log_retention_days = var.log_retention_days
  multi_az           = var.ledger_database.multi_az
  name               = "${local.prefix}-ledger-${var.environment}"
  storage_gib        = var.ledger_database.storage_gib
  subnet_ids         = module.vpc.private_subnet_ids
  vpc_id             = module.vpc.vpc_id
}

module "eks" {
  source = "../../modules/eks-cluster"

  account_id               = var.account_id
  cluster_role_name        = local.roles.eks
  kms_key_arn              = module.kms.key_arn
  log_retention_days       = var.log_retention_days
  name                     = local.name
  node_groups              = var.node_groups
  node_role_name           = local.roles.nodes
  permissions_boundary_arn = data.aws_ssm_parameter.permissions_boundary.insecure_value
  subnet_ids               = module.vpc.private_subnet_ids
}

module "codeartifact" {
  source = "../../modules/codeartifact"

  kms_key_arn = module.kms.key_arn
}

module "codebuild" {
  source = "../../modules/codebuild"

  account_id                      = var.account_id
  deploy_buildspec                = file("${path.module}/../../../buildspecs/app-deploy.yml")
  deploy_compute_type             = var.deploy_compute_type
  deploy_role_name                = "${local.prefix}-deploy-${var.environment}"
  environment                     = var.environment
  image_buildspec                 = file("${path.module}/../../../buildspecs/image-build.yml")
  image_compute_type              = var.image_compute_type
  image_repositories              = concat(local.admin_repositories, [for service in var.platform_services : "${local.prefix}-${service}"])
  image_role_name                 = local.roles.image
  kms_key_arn                     = module.kms.key_arn
  ledger_client_security_group_id = module.ledger.client_security_group_id
  log_retention_days              = var.log_retention_days
  name_prefix                     = local.prefix
  permissions_boundary_arn        = data.aws_ssm_parameter.permissions_boundary.insecure_value
  region                          = var.region
  repository_url                  = var.repository_url
  subnet_ids                      = module.vpc.private_subnet_ids
  vpc_id                          = module.vpc.vpc_id
}

module "observability" {
  source = "../../modules/observability"

  account_id               = var.account_id
  alarm_emails             = var.alarm_emails
  build_projects           = module.codebuild.project_names
  database_identifier      = module.ledger.identifier
  environment              = var.environment
  kms_key_arn              = module.kms.key_arn
  log_retention_days       = var.log_retention_days
  name_prefix              = local.prefix
  nat_gateway_ids          = module.vpc.nat_gateway_ids
  permissions_boundary_arn = data.aws_ssm_parameter.permissions_boundary.insecure_value
  region                   = var.region
  trail_retention_days     = var.trail_retention_days
  trail_role_name          = local.roles.trail
}
