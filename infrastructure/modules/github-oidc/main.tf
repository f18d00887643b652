# GitHub's jobs in this account: the provider that verifies their tokens, a role to plan and a role to start what applies.
data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  issuer     = "token.actions.githubusercontent.com"
  # Written out and not taken from the resource, so that a reviewed plan shows the whole trust policies.
  provider_arn = "${local.arn_prefix}:iam::${var.account_id}:oidc-provider/${local.issuer}"
}

module "trust" {
  source = "./trust-policy"

  provider_arn         = local.provider_arn
  repositories         = var.repositories
  environment          = var.environment
  approvals            = var.approvals
  apply_workflow_files = var.apply_workflow_files
  plan_workflow_files  = var.plan_workflow_files
  audience             = var.audience
  largest_policy       = var.largest_trust_policy
}

# No thumbprint: AWS checks the issuer's certificate against its own store of authorities.
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = [var.audience]
}

resource "aws_iam_role" "plan" {
  name                 = var.plan_role_name
  description          = "Jobs that plan ${var.environment}: may read, and change nothing"
  assume_role_policy   = module.trust.plan_policy
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role" "apply" {
  name                 = var.apply_role_name
  description          = "Jobs that change ${var.environment}: may start what applies, and change nothing itself"
  assume_role_policy   = module.trust.apply_policy
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600

  depends_on = [aws_iam_openid_connect_provider.github]
}
