mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  account_id               = "333333333333"
  environment              = "prod"
  region                   = "us-east-1"
  approvals                = 2
  permissions_boundary_arn = "arn:aws:iam::333333333333:policy/AqpTerraformPermissionsBoundary"
  execution_role_arn       = "arn:aws:iam::333333333333:role/AqpTerraformExecutionRole"
  deploy_project           = "alphaswarm-deploy-prod"
  image_project            = "alphaswarm-image-prod"
  trail_bucket             = "alphaswarm-trail-333333333333"
  state_bucket             = "alphaswarm-tfstate-333333333333"
  state_key_arn            = "arn:aws:kms:us-east-1:333333333333:key/1"
  repositories             = [{ name = "octo-org/octo-repo", id = "456789", owner_id = "123456", subject_format = "immutable" }]
  apply_workflow_files     = ["octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main"]
}

run "registers_github_and_two_bounded_roles_of_one_hour" {
  command = plan

  assert {
    condition     = aws_iam_openid_connect_provider.github.url == "https://token.actions.githubusercontent.com" && aws_iam_openid_connect_provider.github.client_id_list == toset(["sts.amazonaws.com"])
    error_message = "GitHub's issuer, for AWS's audience only."
  }

  assert {
    condition     = aws_iam_role.plan.name == "aqp-gha-plan" && aws_iam_role.apply.name == "aqp-gha-apply"
    error_message = "The specification's names."
  }

  assert {
    condition = alltrue([
      for role in [aws_iam_role.plan, aws_iam_role.apply] :
      role.permissions_boundary == "arn:aws:iam::333333333333:policy/AqpTerraformPermissionsBoundary" && role.max_session_duration == 3600
    ])
    error_message = "Both are bounded, and their sessions last an hour."
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.apply.assume_role_policy).Statement[0].Principal.Federated == "arn:aws:iam::333333333333:oidc-provider/token.actions.githubusercontent.com"
      && output.apply_subjects == ["repo:octo-org@123456/octo-repo@456789:environment:prod"]
      && length(output.plan_subjects) == 2
    )
    error_message = "The trust policies are those of trust-policy, for the provider of this account."
  }
}

run "the_plan_role_reads_and_nothing_else" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(aws_iam_role_policy.plan_reads.policy).Statement : [
        for action in statement.Action : can(regex("^[a-z0-9-]+:(Describe|List|Get|BatchGet)[A-Za-z]+$", action))
      ]
    ]))
    error_message = "Every action that is allowed is one named read, without wildcards."
  }

  assert {
    condition = length(setintersection(
      flatten([for statement in jsondecode(aws_iam_role_policy.plan_reads.policy).Statement : statement.Action]),
      ["secretsmanager:GetSecretValue", "ecr:GetAuthorizationToken", "codebuild:BatchGetBuilds", "kms:Decrypt", "ssm:GetParameterHistory"],
    )) == 0
    error_message = "Reads that hand out secrets are not among them."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.plan_reads.policy).Statement : statement.Resource if statement.Sid == "ReadTheStates"] == [[
      "arn:aws:s3:::alphaswarm-tfstate-333333333333/alphaswarm_platform/*",
      "arn:aws:s3:::alphaswarm-tfstate-333333333333/infrastructure/*",
    ]]
    error_message = "Both trees' states of this account."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.plan_reads.policy).Statement : statement.Resource if statement.Sid == "ReadTheHandles"] == [["arn:aws:ssm:us-east-1:333333333333:parameter/alphaswarm/*"]]
    error_message = "Of the parameters the handles only."
  }
}

run "the_plan_role_is_denied_every_escalation" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.plan_denials.policy).Statement : statement.Effect == "Deny" && statement.Resource == ["*"]])
    error_message = "Denials, everywhere."
  }

  assert {
    condition = length(setsubtract(
      [
        "iam:Create*", "iam:Put*", "iam:Attach*", "iam:PassRole", "iam:Update*", "iam:Set*", "sts:AssumeRole*", "secretsmanager:GetSecretValue",
        "codebuild:Start*", "s3:Put*", "s3:Delete*", "kms:Decrypt", "ssm:Put*", "lambda:Invoke*", "cloudformation:Create*",
      ],
      flatten([for statement in jsondecode(aws_iam_role_policy.plan_denials.policy).Statement : statement.Action]),
    )) == 0
    error_message = "Every way to more than a plan."
  }

  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.plan_denials.policy).Statement : statement.Condition if contains(statement.Action, "kms:Decrypt")]) == {
      StringNotEquals = { "kms:ViaService" = "s3.us-east-1.amazonaws.com" }
    }
    error_message = "Nothing is decrypted but what S3 decrypts."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.plan_denials.policy).Statement : !can(statement.Condition) || contains(statement.Action, "kms:Decrypt")
    ])
    error_message = "No other denial has a way around it."
  }
}

run "the_plan_role_decrypts_states_with_their_key_only" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.plan_state_key.policy).Statement == [{
      Sid       = "DecryptTheStates"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = ["arn:aws:kms:us-east-1:333333333333:key/1"]
      Condition = { StringEquals = { "kms:ViaService" = "s3.us-east-1.amazonaws.com" } }
    }]
    error_message = "The one key, through S3."
  }
}

run "the_apply_role_starts_two_builds_and_becomes_one_role" {
  command = plan

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : statement if statement.Effect == "Allow"] == [
      {
        Sid      = "RunTheBuilds"
        Effect   = "Allow"
        Action   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"]
        Resource = ["arn:aws:codebuild:us-east-1:333333333333:project/alphaswarm-deploy-prod", "arn:aws:codebuild:us-east-1:333333333333:project/alphaswarm-image-prod"]
      },
      {
        Sid      = "LookAtTheProjects"
        Effect   = "Allow"
        Action   = ["codebuild:BatchGetProjects"]
        Resource = ["arn:aws:codebuild:us-east-1:333333333333:project/alphaswarm-deploy-prod", "arn:aws:codebuild:us-east-1:333333333333:project/alphaswarm-image-prod"]
      },
      {
        Sid      = "LookAtWhatItNeeds"
        Effect   = "Allow"
        Action   = ["ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints", "servicequotas:ListServiceQuotas"]
        Resource = ["*"]
      },
      {
        Sid      = "LookAtItsRole"
        Effect   = "Allow"
        Action   = ["iam:GetRole"]
        Resource = ["arn:aws:iam::333333333333:role/alphaswarm-deploy-prod"]
      },
      {
        Sid    = "ReadTheirLogs"
        Effect = "Allow"
        Action = ["logs:FilterLogEvents", "logs:GetLogEvents"]
        Resource = [
          "arn:aws:logs:us-east-1:333333333333:log-group:/aws/codebuild/alphaswarm-deploy-prod:*",
          "arn:aws:logs:us-east-1:333333333333:log-group:/aws/codebuild/alphaswarm-image-prod:*",
        ]
      },
      {
        Sid      = "ApplyTheLandingZone"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole"]
        Resource = ["arn:aws:iam::333333333333:role/AqpTerraformExecutionRole"]
      },
    ]
    error_message = "That, and nothing else."
  }
}

run "every_override_has_a_denial_of_its_own" {
  command = plan

  assert {
    condition = toset([
      for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : one(keys(statement.Condition.Null)) if statement.Effect == "Deny"
      ]) == toset([
      "codebuild:artifacts", "codebuild:autoRetryLimit", "codebuild:cache", "codebuild:encryptionKey", "codebuild:environment.certificate",
      "codebuild:environment.computeConfiguration", "codebuild:environment.computeType", "codebuild:environment.environmentVariables.name",
      "codebuild:environment.fleet.fleetArn", "codebuild:environment.image", "codebuild:environment.imagePullCredentialsType",
      "codebuild:environment.privilegedMode", "codebuild:environment.registryCredential", "codebuild:environment.type", "codebuild:logsConfig",
      "codebuild:secondaryArtifacts", "codebuild:secondarySources", "codebuild:serviceRole", "codebuild:source", "codebuild:source.auth.resource",
      "codebuild:source.auth.type", "codebuild:source.buildStatusConfig.context", "codebuild:source.buildStatusConfig.targetUrl",
      "codebuild:source.buildspec", "codebuild:source.insecureSsl", "codebuild:source.location",
    ])
    error_message = "One statement a key: several keys in one Null are joined by AND."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement :
      statement.Action == ["codebuild:StartBuild"] && (statement.Resource == ["*"] || endswith(statement.Sid, "Variables")) && keys(statement.Condition) == ["Null"] && values(statement.Condition.Null) == ["false"]
      if statement.Effect == "Deny"
    ])
    error_message = "Denied whenever the override is there."
  }
}

run "each_build_has_variables_of_its_own" {
  command = plan

  variables {
    build_variables = ["ALPHASWARM_ACTION"]
    image_variables = ["ALPHASWARM_TAG"]
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : one(statement.Resource) => statement.Condition if endswith(statement.Sid, "Variables") } == {
      "arn:aws:codebuild:us-east-1:333333333333:project/alphaswarm-deploy-prod" = { "ForAnyValue:StringNotEquals" = { "codebuild:environment.environmentVariables.name" = ["ALPHASWARM_ACTION"] } }
      "arn:aws:codebuild:us-east-1:333333333333:project/alphaswarm-image-prod"  = { "ForAnyValue:StringNotEquals" = { "codebuild:environment.environmentVariables.name" = ["ALPHASWARM_TAG"] } }
    }
    error_message = "Every project that the role may start denies all variables but its own."
  }
}

run "named_variables_may_be_set_and_no_others" {
  command = plan

  variables {
    build_variables = ["ALPHASWARM_PLAN_RUN_ID", "ALPHASWARM_CLAIMS"]
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : statement.Condition if statement.Sid == "NoOverrideOfVariables"] == [{
      "ForAnyValue:StringNotEquals" = { "codebuild:environment.environmentVariables.name" = ["ALPHASWARM_CLAIMS", "ALPHASWARM_PLAN_RUN_ID"] }
    }]
    error_message = "One unknown name among the variables is enough for a denial."
  }
}

run "fits_into_aws_s_quota_of_inline_policies" {
  command = plan

  assert {
    condition     = length(aws_iam_role_policy.apply.policy) <= 10240 && length(aws_iam_role_policy.plan_reads.policy) + length(aws_iam_role_policy.plan_denials.policy) <= 10240
    error_message = "10240 characters a role: apply ${length(aws_iam_role_policy.apply.policy)}, plan ${length(aws_iam_role_policy.plan_reads.policy)} + ${length(aws_iam_role_policy.plan_denials.policy)}."
  }
}

run "refuses_a_wildcard_project" {
  command = plan

  variables {
    deploy_project = "alphaswarm-*"
  }

  expect_failures = [var.deploy_project]
}

run "refuses_an_execution_role_of_another_account" {
  command = plan

  variables {
    execution_role_arn = "arn:aws:iam::111111111111:role/AqpTerraformExecutionRole"
  }

  expect_failures = [var.execution_role_arn]
}

run "refuses_any_role_for_the_execution_role" {
  command = plan

  variables {
    execution_role_arn = "arn:aws:iam::333333333333:role/*"
  }

  expect_failures = [var.execution_role_arn]
}

run "refuses_every_bucket" {
  command = plan

  variables {
    state_bucket = "*"
  }

  expect_failures = [var.state_bucket]
}

run "refuses_every_state" {
  command = plan

  variables {
    state_trees = ["*"]
  }

  expect_failures = [var.state_trees]
}

run "refuses_every_parameter" {
  command = plan

  variables {
    handle_path = "*"
  }

  expect_failures = [var.handle_path]
}

run "refuses_a_variable_that_can_be_code" {
  command = plan

  variables {
    build_variables = ["BASH_ENV"]
  }

  expect_failures = [var.build_variables]
}

run "refuses_a_wrong_account" {
  command = plan

  variables {
    account_id = "*"
  }

  expect_failures = [var.account_id]
}

run "refuses_all_image_projects" {
  command = plan

  variables {
    image_project = "alphaswarm-*"
  }

  expect_failures = [var.image_project]
}

run "refuses_the_states_as_the_trail" {
  command = plan

  variables {
    trail_bucket = "alphaswarm-tfstate-333333333333"
  }

  expect_failures = [var.trail_bucket]
}
