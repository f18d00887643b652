mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  alias       = "alphaswarm-dev-workload"
  description = "Everything"
  account_id  = "111111111111"
  region      = "us-east-1"
}

run "rotates_and_names_who_may_use_it" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key rotates, and a deleted one can be brought back for a month."
  }

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Principal] == [
      { AWS = "arn:aws:iam::111111111111:root" },
      { Service = "logs.us-east-1.amazonaws.com" },
    ]
    error_message = "This account and its log service, and nobody else."
  }

  assert {
    condition = (
      jsondecode(aws_kms_key.this.policy).Statement[1].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"]
      == "arn:aws:logs:us-east-1:111111111111:log-group:*"
    )
    error_message = "The log service uses it for log groups of this account only."
  }
}

run "refuses_aws_s_own_alias" {
  command = plan

  variables {
    alias = "aws/s3"
  }

  expect_failures = [var.alias]
}

run "refuses_a_short_window" {
  command = plan

  variables {
    deletion_window_days = 1
  }

  expect_failures = [var.deletion_window_days]
}

run "refuses_a_wrong_account" {
  command = plan

  variables {
    account_id = "*"
  }

  expect_failures = [var.account_id]
}

run "lets_services_use_it_for_this_account_only" {
  command = plan

  variables {
    services = ["cloudwatch", "cloudtrail"]
  }

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition if contains(["TrailsOfThisAccount", "AlarmsOfThisAccount"], statement.Sid)] == [
      { ArnLike = { "aws:SourceArn" = "arn:aws:cloudtrail:us-east-1:111111111111:trail/*" } },
      { StringEquals = { "aws:SourceAccount" = "111111111111" } },
    ]
    error_message = "Trails and alarms of this account, and of no other."
  }
}

run "refuses_another_service" {
  command = plan

  variables {
    services = ["lambda"]
  }

  expect_failures = [var.services]
}
