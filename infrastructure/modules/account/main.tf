# The role that applies the landing zone, and the boundary that every role of the deployment stays in.
data "aws_partition" "current" {}

locals {
  arn_prefix   = "arn:${data.aws_partition.current.partition}"
  iam          = "${local.arn_prefix}:iam::${var.account_id}"
  boundary_arn = "${local.iam}:policy/${var.boundary_name}"
  through_s3   = "s3.${var.region}.${data.aws_partition.current.dns_suffix}"
  state        = "${local.arn_prefix}:s3:::${var.state_bucket}"
}

resource "aws_iam_role" "execution" {
  name                 = var.execution_role_name
  description          = "Applies the landing zone of ${var.environment}"
  permissions_boundary = aws_iam_policy.boundary.arn
  # A chained session lasts an hour at most; AWS refuses longer ones.
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ApplyRoleOfThisAccount"
      Effect    = "Allow"
      Principal = { AWS = var.apply_role_arn }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
    }]
  })
}

# A policy of its own: the key's ARN is only known once it is there, and the rest is to be readable in a plan.
resource "aws_iam_role_policy" "state_key" {
  name = "use-the-key-of-the-states"
  role = aws_iam_role.execution.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "UseTheKeyOfTheStates"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [var.state_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = local.through_s3 } }
    }]
  })
}
