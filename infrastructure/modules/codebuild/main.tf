# The two builds, inside the VPC: what applies the app tier, and what builds images. Their buildspecs stand in the projects, as
# they were reviewed and applied: a buildspec of the commit that a caller chooses would be commands of whoever pushed it,
# run as the project's role.
data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  iam        = "${local.arn_prefix}:iam::${var.account_id}:role"
  names      = { deploy = "${var.name_prefix}-deploy-${var.environment}", image = "${var.name_prefix}-image-${var.environment}" }
  projects   = { for build, name in local.names : build => "${local.arn_prefix}:codebuild:${var.region}:${var.account_id}:project/${name}" }
  log_groups = { for build, name in local.names : build => "/aws/codebuild/${name}" }

  # The ledger's address comes from its secret when a build starts, and from nobody who starts one.
  variables = [
    { name = "ALPHASWARM_ENVIRONMENT", type = "PLAINTEXT", value = var.environment },
    { name = "ALPHASWARM_LEDGER_URL", type = "SECRETS_MANAGER", value = "${var.name_prefix}-${var.environment}/admin/ledger-url" },
  ]
}

resource "aws_cloudwatch_log_group" "build" {
  for_each = local.log_groups

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# No way in: a build calls, and is not called.
resource "aws_security_group" "builds" {
  name        = "${var.name_prefix}-builds-${var.environment}"
  description = "Builds: out over HTTPS, in from nowhere"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name_prefix}-builds-${var.environment}" }
}

# GitHub, and what AWS has no endpoint for in the VPC; none of it has fixed addresses.
resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.builds.id
  description       = "HTTPS to GitHub, AWS and what images are built from"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

resource "aws_codebuild_project" "deploy" {
  name                   = local.names.deploy
  description            = "Applies the app tier of ${var.environment} through the runtime"
  service_role           = "${local.iam}/${var.deploy_role_name}"
  build_timeout          = var.deploy_timeout_minutes
  queued_timeout         = 60
  concurrent_build_limit = 1
  encryption_key         = var.kms_key_arn
  source_version         = "main"

  source {
    type            = "GITHUB"
    location        = var.repository_url
    buildspec       = var.deploy_buildspec
    git_clone_depth = 0
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  # What was installed stays on the build's host, for this project's next build and nobody else. A cache in S3 would be one more
  # place where code that runs as this role could be exchanged.
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_CUSTOM_CACHE"]
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = var.deploy_compute_type
    image           = var.image
    privileged_mode = false

    dynamic "environment_variable" {
      for_each = local.variables

      content {
        name  = environment_variable.value.name
        type  = environment_variable.value.type
        value = environment_variable.value.value
      }
    }
  }

  vpc_config {
    vpc_id             = var.vpc_id
    subnets            = var.subnet_ids
    security_group_ids = [aws_security_group.builds.id, var.ledger_client_security_group_id]
  }

  logs_config {
    cloudwatch_logs {
      status     = "ENABLED"
      group_name = aws_cloudwatch_log_group.build["deploy"].name
    }
  }
}

# Privileged: building an image needs the kernel's mounts and namespaces. So it has a role that can push images and nothing
# else, and no way to the ledger's database.
resource "aws_codebuild_project" "image" {
  name                   = local.names.image
  description            = "Builds, signs and pushes images of ${var.environment}"
  service_role           = aws_iam_role.image.arn
  build_timeout          = var.image_timeout_minutes
  queued_timeout         = 60
  concurrent_build_limit = 4
  encryption_key         = var.kms_key_arn
  source_version         = "main"

  source {
    type            = "GITHUB"
    location        = var.repository_url
    buildspec       = var.image_buildspec
    git_clone_depth = 0
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = var.image_compute_type
    image           = var.image
    privileged_mode = true

    environment_variable {
      name  = "ALPHASWARM_ENVIRONMENT"
      value = var.environment
    }
  }

  vpc_config {
    vpc_id             = var.vpc_id
    subnets            = var.subnet_ids
    security_group_ids = [aws_security_group.builds.id]
  }

  logs_config {
    cloudwatch_logs {
      status     = "ENABLED"
      group_name = aws_cloudwatch_log_group.build["image"].name
    }
  }

  depends_on = [aws_iam_role_policy.image]
}
