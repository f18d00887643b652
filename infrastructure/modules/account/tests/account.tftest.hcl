mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary" }
  }
}

variables {
  account_id     = "111111111111"
  environment    = "dev"
  region         = "us-east-1"
  apply_role_arn = "arn:aws:iam::111111111111:role/aqp-gha-apply"
  external_id    = "alphaswarm-dev"
  state_bucket   = "alphaswarm-tfstate-111111111111"
  state_key_arn  = "arn:aws:kms:us-east-1:111111111111:key/1"

  build_role_name = "alphaswarm-deploy-dev"
}

run "only_the_apply_role_becomes_the_execution_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.execution.assume_role_policy).Statement == [{
      Sid       = "ApplyRoleOfThisAccount"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:role/aqp-gha-apply" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = "alphaswarm-dev" } }
    }]
    error_message = "One role, with the external id."
  }

  assert {
    condition     = aws_iam_role.execution.name == "AqpTerraformExecutionRole" && aws_iam_role.execution.max_session_duration == 3600
    error_message = "Its name is the specification's; an hour, as chained sessions last."
  }

  assert {
    condition     = output.execution_role_arn == "arn:aws:iam::111111111111:role/AqpTerraformExecutionRole"
    error_message = "The ARN is known before the role is there."
  }
}

run "stays_in_its_boundary" {
  command = apply

  assert {
    condition     = aws_iam_role.execution.permissions_boundary == aws_iam_policy.boundary.arn
    error_message = "The execution role has the boundary."
  }
}

run "the_execution_role_has_neither_the_trust_nor_the_app_tier_s_state" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement :
      alltrue([for action in statement.Action : startswith(action, "iam:Get") || startswith(action, "iam:List")])
      || statement.Resource == ["arn:aws:iam::111111111111:role/alphaswarm-zone-*"]
      || contains(["HandTheBuildItsRole", "RolesOfServices"], statement.Sid)
      if anytrue([for action in statement.Action : startswith(action, "iam:")])
    ])
    error_message = "Of IAM it changes the landing zone's roles only."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement :
      statement.Condition.StringEquals["iam:PermissionsBoundary"] == "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
      if length(setintersection(statement.Action, ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"])) > 0
    ])
    error_message = "And those inside the boundary."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement if statement.Sid == "HandTheBuildItsRole"] == [{
      Sid       = "HandTheBuildItsRole"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = ["arn:aws:iam::111111111111:role/alphaswarm-deploy-dev"]
      Condition = { StringEquals = { "iam:PassedToService" = "codebuild.amazonaws.com" } }
    }]
    error_message = "The deploy build's role goes to CodeBuild and to nobody else."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement :
      alltrue([for resource in statement.Resource : contains([
        "arn:aws:s3:::alphaswarm-tfstate-111111111111",
        "arn:aws:s3:::alphaswarm-tfstate-111111111111/infrastructure/*",
        "arn:aws:s3:::alphaswarm-tfstate-111111111111/infrastructure/*.tflock",
        "arn:aws:s3:::alphaswarm-trail-111111111111",
      ], resource)])
      if statement.Effect == "Allow" && anytrue([for action in statement.Action : startswith(action, "s3:")])
    ])
    error_message = "Of S3 the landing zone's own states, and the trail's bucket without what is in it."
  }

  assert {
    condition     = !contains(flatten([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action if statement.Effect == "Allow"]), "*")
    error_message = "No administrator."
  }
}

run "uses_the_states_key_through_s3_only" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.state_key.policy).Statement[0].Condition == { StringEquals = { "kms:ViaService" = "s3.us-east-1.amazonaws.com" } }
    error_message = "The key is for the states."
  }
}

run "the_boundary_denies_what_would_lift_it" {
  command = plan

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Sid if statement.Effect == "Deny"] == [
      "NotTheOrganisation", "NoLongLivedCredentials", "BoundariesStay", "NoRoleWithoutThisBoundary", "TrustStays", "NotHandedOn",
      "HandedToItsBuildOnly", "NoOtherWayIn",
    ]
    error_message = "Every denial of the boundary."
  }

  assert {
    condition = one([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Resource if statement.Sid == "TrustStays"]) == [
      "arn:aws:iam::111111111111:role/AqpTerraformExecutionRole",
      "arn:aws:iam::111111111111:role/aqp-gha-apply",
      "arn:aws:iam::111111111111:role/aqp-gha-plan",
      "arn:aws:iam::111111111111:role/alphaswarm-deploy-dev",
      "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary",
      "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com*",
    ]
    error_message = "The trust is out of reach of all roles inside the boundary."
  }

  assert {
    condition = one([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Condition if statement.Sid == "NoRoleWithoutThisBoundary"]) == {
      StringNotEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary" }
    }
    error_message = "A new role has the same boundary or does not come to be."
  }

  assert {
    condition     = length(aws_iam_policy.boundary.policy) <= 6144 && length(aws_iam_role_policy.execution.policy) <= 10240
    error_message = "AWS's quotas: 6144 for a managed policy (${length(aws_iam_policy.boundary.policy)}), 10240 for a role's inline policies (${length(aws_iam_role_policy.execution.policy)})."
  }
}

run "refuses_the_whole_account_as_caller" {
  command = plan

  variables {
    apply_role_arn = "arn:aws:iam::111111111111:root"
  }

  expect_failures = [var.apply_role_arn]
}

run "refuses_a_caller_of_another_account" {
  command = plan

  variables {
    apply_role_arn = "arn:aws:iam::222222222222:role/aqp-gha-apply"
  }

  expect_failures = [var.apply_role_arn]
}

run "refuses_a_wildcard_for_a_caller" {
  command = plan

  variables {
    apply_role_arn = "arn:aws:iam::111111111111:role/*"
  }

  expect_failures = [var.apply_role_arn]
}

run "refuses_an_empty_external_id" {
  command = plan

  variables {
    external_id = ""
  }

  expect_failures = [var.external_id]
}

run "refuses_to_hand_out_identity_as_a_service" {
  command = plan

  variables {
    services = ["ec2", "iam"]
  }

  expect_failures = [var.services]
}

run "refuses_all_services" {
  command = plan

  variables {
    services = ["*"]
  }

  expect_failures = [var.services]
}

run "refuses_a_wrong_account" {
  command = plan

  variables {
    account_id = "*"
  }

  expect_failures = [var.account_id]
}

run "refuses_to_hand_out_the_package_index" {
  command = plan

  variables {
    services = ["codeartifact"]
  }

  expect_failures = [var.services]
}

run "refuses_another_policy_of_aws_s_for_the_cluster" {
  command = plan

  variables {
    cluster_policies = ["AdministratorAccess"]
  }

  expect_failures = [var.cluster_policies]
}

run "refuses_to_hand_the_apply_role_to_a_build" {
  command = plan

  variables {
    build_role_name = "aqp-gha-apply"
  }

  expect_failures = [var.build_role_name]
}

run "refuses_a_prefix_that_fits_everything" {
  command = plan

  variables {
    name_prefix = "*"
  }

  expect_failures = [var.name_prefix]
}
