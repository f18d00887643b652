# The build that applies the app tier, and the role that it acts with.
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

# The buildspec stands in the project, as an administrator put it there. The caller chooses the commit, and a buildspec of that
# commit would be commands of whoever pushed it, run as this role; the apply role may override neither source nor buildspec.
resource "aws_codebuild_project" "deploy" {
  name                   = var.project_name
  description            = "Applies the app tier of ${var.environment} through the runtime"
  service_role           = aws_iam_role.deploy.arn
  build_timeout          = var.timeout_minutes
  queued_timeout         = 60
  concurrent_build_limit = 1
  source_version         = "main"

  source {
    type            = "GITHUB"
    location        = var.repository_url
    buildspec       = var.buildspec
    git_clone_depth = 0
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = "BUILD_GENERAL1_MEDIUM"
    image           = var.image
    privileged_mode = false

    environment_variable {
      name  = "ALPHASWARM_ENVIRONMENT"
      value = var.environment
    }

    environment_variable {
      name  = "ALPHASWARM_LEDGER_URL"
      type  = "SECRETS_MANAGER"
      value = local.ledger_secret_name
    }
  }

  dynamic "vpc_config" {
    for_each = var.network == null ? [] : [var.network]

    content {
      vpc_id             = vpc_config.value.vpc_id
      subnets            = vpc_config.value.subnet_ids
      security_group_ids = [aws_security_group.deploy[0].id]
    }
  }

  logs_config {
    cloudwatch_logs {
      status     = "ENABLED"
      group_name = local.log_group
    }
  }
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

# Nothing reaches a build. It reaches AWS and GitHub, and the ledger's database, which only its own group lets in.
resource "aws_security_group" "deploy" {
  count = var.network == null ? 0 : 1

  name        = var.project_name
  description = "The builds of ${var.project_name}"
  vpc_id      = var.network.vpc_id

  tags = { Name = var.project_name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "deploy" {
  for_each = var.network == null ? {} : { https = 443, postgresql = 5432 }

  security_group_id = aws_security_group.deploy[0].id
  description       = each.key
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}
