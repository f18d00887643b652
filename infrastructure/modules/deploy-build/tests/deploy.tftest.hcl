mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  account_id               = "111111111111"
  environment              = "dev"
  region                   = "us-east-1"
  name_prefix              = "alphaswarm"
  project_name             = "alphaswarm-deploy-dev"
  role_name                = "alphaswarm-deploy-dev"
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
  handle_path              = "alphaswarm/dev"
  state_bucket             = "alphaswarm-tfstate-111111111111"
  state_key_arn            = "arn:aws:kms:us-east-1:111111111111:key/1"
}

run "trusts_codebuild_for_this_project_only" {
  command = plan

  assert {
    condition     = one(jsondecode(aws_iam_role.deploy.assume_role_policy).Statement).Principal == { Service = "codebuild.amazonaws.com" }
    error_message = "The role trusts CodeBuild and nobody else."
  }

  assert {
    condition     = one(jsondecode(aws_iam_role.deploy.assume_role_policy).Statement).Condition.ArnEquals == { "aws:SourceArn" = "arn:aws:codebuild:us-east-1:111111111111:project/alphaswarm-deploy-dev" }
    error_message = "On behalf of the one project only."
  }

  assert {
    condition     = aws_iam_role.deploy.permissions_boundary == var.permissions_boundary_arn
    error_message = "The role stays inside the boundary."
  }
}

run "decrypts_states_through_s3_only" {
  command = plan

  assert {
    condition     = one(jsondecode(aws_iam_role_policy.state_key.policy).Statement).Condition.StringEquals == { "kms:ViaService" = "s3.us-east-1.amazonaws.com" }
    error_message = "The key of the states is used for states."
  }
}

run "refuses_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "dev"
  }

  expect_failures = [var.account_id]
}

run "changes_neither_itself_nor_the_landing_zone_s_roles" {
  command = plan

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement :
      statement.Effect == "Deny" && contains(statement.Action, "iam:Put*") && statement.Resource == ["arn:aws:iam::111111111111:role/alphaswarm-deploy-dev", "arn:aws:iam::111111111111:role/alphaswarm-zone-*"]
    ])
    error_message = "Its roles are the app tier's."
  }
}

run "refuses_every_index" {
  command = plan

  variables {
    index = { domain = "*", repository = "alphaswarm-pypi" }
  }

  expect_failures = [var.index]
}
