# The role that the build acts with which applies the app tier. The build itself is the landing zone's (modules/codebuild).
data "aws_partition" "current" {}

locals {
  arn_prefix  = "arn:${data.aws_partition.current.partition}"
  iam         = "${local.arn_prefix}:iam::${var.account_id}"
  project_arn = "${local.arn_prefix}:codebuild:${var.region}:${var.account_id}:project/${var.project_name}"
  log_group   = "/aws/codebuild/${var.project_name}"
  # The landing zone makes it, empty; `alphaswarm ledger provision` puts the runtime's address in.
  ledger_secret_name = "${var.name_prefix}-${var.environment}/admin/ledger-url"
  # Written out, so that the policies that name it are readable in a plan before the role is there.
  role_arn = "${local.iam}:role/${var.role_name}"
}

resource "aws_iam_role" "deploy" {
  name                 = var.role_name
  description          = "Applies the app tier of ${var.environment}: the service role of ${var.project_name}"
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600

  # Only CodeBuild, and only for this project: otherwise any account's project could be talked into using the role (the
  # confused deputy).
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheDeployBuild"
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnEquals    = { "aws:SourceArn" = local.project_arn }
      }
    }]
  })
}
