mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111111111111:alphaswarm-dev-alarms" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/any" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/cloudtrail/alphaswarm-dev" }
  }
}

variables {
  account_id               = "111111111111"
  environment              = "dev"
  region                   = "us-east-1"
  name_prefix              = "alphaswarm"
  build_projects           = { deploy = "alphaswarm-deploy-dev", image = "alphaswarm-image-dev" }
  database_identifier      = "alphaswarm-ledger-dev"
  kms_key_arn              = "arn:aws:kms:us-east-1:111111111111:key/1"
  log_retention_days       = 14
  nat_gateway_ids          = { us-east-1a = "nat-1" }
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
  trail_role_name          = "alphaswarm-zone-trail-dev"
}

run "every_alarm_reaches_somebody" {
  command = apply

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.alarm_description != ""])
    error_message = "Each goes to the topic and says what it means."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == var.kms_key_arn
    error_message = "The topic is encrypted."
  }
}

run "watches_what_nobody_does_in_the_ordinary_course_of_things" {
  command = plan

  assert {
    condition = alltrue([
      for event in ["root", "trail", "key-deletion", "long-lived-key", "trust"] :
      aws_cloudwatch_metric_alarm.this["trail-${event}"].metric_name == one(aws_cloudwatch_log_metric_filter.trail[event].metric_transformation).name
    ])
    error_message = "Each filter has an alarm on its metric."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["build-image"].dimensions == tomap({ ProjectName = "alphaswarm-image-dev" }) && aws_cloudwatch_metric_alarm.this["nat-us-east-1a"].dimensions == tomap({ NatGatewayId = "nat-1" })
    error_message = "Each build and each NAT gateway has its alarm."
  }
}

run "keeps_a_trail_that_nobody_edits" {
  command = plan

  assert {
    condition     = aws_cloudtrail.this.is_multi_region_trail && aws_cloudtrail.this.enable_log_file_validation && aws_cloudtrail.this.kms_key_id == var.kms_key_arn
    error_message = "All regions, validated, encrypted."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.trail.versioning_configuration).status == "Enabled" && !aws_s3_bucket.trail.force_destroy
    error_message = "The bucket keeps versions and is not emptied."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.trail.policy).Statement :
      statement.Principal == { Service = "cloudtrail.amazonaws.com" } && statement.Condition == { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:us-east-1:111111111111:trail/alphaswarm-dev" } }
      if statement.Effect == "Allow"
    ])
    error_message = "This trail alone writes there."
  }

  assert {
    condition     = aws_iam_role.trail.permissions_boundary == var.permissions_boundary_arn
    error_message = "The role stays inside the boundary."
  }
}

run "tells_the_people_that_are_named" {
  command = plan

  variables {
    alarm_emails = ["on-call@example.org"]
  }

  assert {
    condition     = aws_sns_topic_subscription.people["on-call@example.org"].protocol == "email"
    error_message = "By mail."
  }
}

run "refuses_an_address_that_is_none" {
  command = plan

  variables {
    alarm_emails = ["on-call"]
  }

  expect_failures = [var.alarm_emails]
}

run "refuses_to_forget_within_a_year" {
  command = plan

  variables {
    trail_retention_days = 30
  }

  expect_failures = [var.trail_retention_days]
}

run "refuses_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "dev"
  }

  expect_failures = [var.account_id]
}
