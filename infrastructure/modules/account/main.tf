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

# A service's whole API where it makes up the landing zone; what would read data, run something or make somebody more
# powerful is not among it or denied below. IAM is read only: its one part of the landing zone is the trust itself, which
# an administrator of the account applies.
resource "aws_iam_role_policy" "execution" {
  name = "apply-the-landing-zone"
  role = aws_iam_role.execution.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LandingZone"
        Effect   = "Allow"
        Action   = [for service in sort(var.services) : "${service}:*"]
        Resource = ["*"]
      },
      {
        Sid    = "Handles"
        Effect = "Allow"
        Action = [
          "ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:GetParameter", "ssm:GetParameters",
          "ssm:ListTagsForResource", "ssm:PutParameter", "ssm:RemoveTagsFromResource",
        ]
        Resource = ["${local.arn_prefix}:ssm:${var.region}:${var.account_id}:parameter/${var.handle_path}/*"]
      },
      {
        Sid      = "FindHandles"
        Effect   = "Allow"
        Action   = ["ssm:DescribeParameters"]
        Resource = ["*"]
      },
      {
        Sid      = "ReadTheTrust"
        Effect   = "Allow"
        Action   = ["iam:Get*", "iam:List*"]
        Resource = ["*"]
      },
      {
        Sid      = "FindTheState"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [local.state]
      },
      {
        # Not the app tier's: that is the runtime's to write.
        Sid      = "WriteTheState"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${local.state}/${var.state_tree}/*"]
      },
      {
        Sid      = "ReleaseTheLock"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject"]
        Resource = ["${local.state}/${var.state_tree}/*.tflock"]
      },
      {
        # Terraform makes containers; people and rotation fill them.
        Sid      = "NoSecretValues"
        Effect   = "Deny"
        Action   = ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
        Resource = ["*"]
      },
      {
        # A direct call has no kms:ViaService, and a missing key fits StringNotEquals.
        Sid       = "NoDecryptionButOfStates"
        Effect    = "Deny"
        Action    = ["kms:Decrypt"]
        Resource  = ["*"]
        Condition = { StringNotEquals = { "kms:ViaService" = local.through_s3 } }
      },
      {
        # An instance or a shell on one would be a way out of this role.
        Sid      = "NoMachines"
        Effect   = "Deny"
        Action   = ["ec2:RunInstances", "ec2:RequestSpotFleet", "ec2:RequestSpotInstances", "ec2:CreateFleet", "ec2-instance-connect:*", "ssm:Send*", "ssm:Start*"]
        Resource = ["*"]
      },
    ]
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
