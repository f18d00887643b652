mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111111111111:key/1" }
  }
}

variables {
  account_id  = "111111111111"
  bucket      = "alphaswarm-tfstate-111111111111"
  environment = "dev"
  region      = "us-east-1"
}

run "keeps_every_version_under_its_own_key" {
  command = apply

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "An old version is the only backup of a state."
  }

  assert {
    condition = (
      one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
      && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == output.key_arn
    )
    error_message = "States are encrypted with their own key."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Nothing of it is public."
  }
}

run "refuses_plain_transport_and_other_encryption" {
  command = apply

  assert {
    condition = { for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid => statement.Condition } == {
      OverTlsOnly = { Bool = { "aws:SecureTransport" = "false" } }
      NoOtherEncryption = {
        Null            = { "s3:x-amz-server-side-encryption" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
      }
      NoOtherKey = {
        Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "arn:aws:kms:us-east-1:111111111111:key/1" }
      }
    }
    error_message = "TLS only, and no other encryption than the bucket's own."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny"])
    error_message = "The bucket's policy gives nobody anything."
  }
}

run "refuses_a_name_with_dots" {
  command = plan

  variables {
    bucket = "alphaswarm.tfstate"
  }

  expect_failures = [var.bucket]
}

run "refuses_a_wrong_account" {
  command = plan

  variables {
    account_id = "*"
  }

  expect_failures = [var.account_id]
}
