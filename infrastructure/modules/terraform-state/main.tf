# Where the account's Terraform states lie: one bucket, with a key of its own. Whoever writes here decides what the next
# apply believes, and whoever reads sees whatever a provider puts into a state.
data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  # Written out, so that the bucket's policy is readable in a plan before the bucket is there.
  bucket_arn = "${local.arn_prefix}:s3:::${var.bucket}"
}

module "kms" {
  source = "../kms"

  alias       = "alphaswarm-${var.environment}-terraform-state"
  description = "Terraform states of ${var.environment}"
  account_id  = var.account_id
  region      = var.region
}

# No rule expires old versions: they are the only backup, and states are small. AWS deletes no bucket that holds something, and a versioned one holds every state that ever was.
resource "aws_s3_bucket" "this" {
  bucket        = var.bucket
  force_destroy = false
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

# The default decides, so the backends name no encryption: `encrypt = true` without a key would ask for S3's own instead.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = module.kms.key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OverTlsOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["s3:*"]
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # A write that says nothing gets the bucket's default, which is the key below. (A missing key fits
        # StringNotEquals, hence Null.)
        Sid       = "NoOtherEncryption"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["s3:PutObject"]
        Resource  = ["${local.bucket_arn}/*"]
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
        }
      },
      {
        # Another account's key would hide a state from its owner.
        Sid       = "NoOtherKey"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["s3:PutObject"]
        Resource  = ["${local.bucket_arn}/*"]
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = module.kms.key_arn }
        }
      },
    ]
  })
}
