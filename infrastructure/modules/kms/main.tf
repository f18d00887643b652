data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  domain     = data.aws_partition.current.dns_suffix

  # Services that use the key in their own name. Each for this account only: otherwise a service could be talked into
  # using it for somebody else (the confused deputy).
  service_statements = {
    cloudtrail = {
      Sid       = "TrailsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.${local.domain}" }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = {
        ArnLike = { "aws:SourceArn" = "${local.arn_prefix}:cloudtrail:${var.region}:${var.account_id}:trail/*" }
      }
    }
    cloudwatch = {
      Sid       = "AlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.${local.domain}" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }
  }
}

resource "aws_kms_key" "this" {
  description             = var.description
  deletion_window_in_days = var.deletion_window_days
  enable_key_rotation     = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        # Hands the decision to IAM in this account. Without it the key could become unmanageable.
        Sid       = "IamOfThisAccountDecides"
        Effect    = "Allow"
        Principal = { AWS = "${local.arn_prefix}:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "LogGroupsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.${local.domain}" }
        Action    = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "${local.arn_prefix}:logs:${var.region}:${var.account_id}:log-group:*"
          }
        }
      },
    ], [for service in sort(var.services) : local.service_statements[service]])
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.alias}"
  target_key_id = aws_kms_key.this.key_id
}
