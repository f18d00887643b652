mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/alphaswarm-zone-image-dev" }
  }
}

variables {
  account_id                      = "111111111111"
  environment                     = "dev"
  region                          = "us-east-1"
  name_prefix                     = "alphaswarm"
  deploy_buildspec                = "version: 0.2\nphases: {build: {commands: [alphaswarm deploy]}}\n"
  deploy_role_name                = "alphaswarm-deploy-dev"
  image_buildspec                 = "version: 0.2\nphases: {build: {commands: [alphaswarm image build]}}\n"
  image_repositories              = ["alphaswarm-admin"]
  image_role_name                 = "alphaswarm-zone-image-dev"
  kms_key_arn                     = "arn:aws:kms:us-east-1:111111111111:key/1"
  ledger_client_security_group_id = "sg-ledger"
  log_retention_days              = 14
  permissions_boundary_arn        = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
  repository_url                  = "https://github.com/octo-org/octo-repo.git"
  subnet_ids                      = ["subnet-1", "subnet-2"]
  vpc_id                          = "vpc-1"
}

run "builds_the_reviewed_files" {
  command = plan

  assert {
    condition = (
      one(aws_codebuild_project.deploy.source).buildspec == var.deploy_buildspec && one(aws_codebuild_project.image.source).buildspec == var.image_buildspec
      && one(aws_codebuild_project.deploy.source).type == "GITHUB" && one(aws_codebuild_project.image.source).type == "GITHUB"
    )
    error_message = "The buildspecs stand in the projects, whatever commit is built."
  }

  assert {
    condition     = aws_codebuild_project.deploy.name == "alphaswarm-deploy-dev" && aws_codebuild_project.image.name == "alphaswarm-image-dev"
    error_message = "The names that the apply role may start."
  }
}

run "only_what_builds_images_is_privileged" {
  command = plan

  assert {
    condition     = !one(aws_codebuild_project.deploy.environment).privileged_mode && one(aws_codebuild_project.image.environment).privileged_mode
    error_message = "Nothing that deploys needs a privileged container."
  }

  assert {
    condition     = aws_codebuild_project.deploy.concurrent_build_limit == 1
    error_message = "Two deploys of one environment do not run at once."
  }

  assert {
    condition = (
      one(aws_codebuild_project.deploy.cache).type == "LOCAL" && one(aws_codebuild_project.deploy.cache).modes == tolist(["LOCAL_CUSTOM_CACHE"])
    )
    error_message = "What a build installed is kept on its host, and never where somebody else could write."
  }

  assert {
    condition     = aws_codebuild_project.deploy.service_role == "arn:aws:iam::111111111111:role/alphaswarm-deploy-dev"
    error_message = "The deploy build has the role that the bootstrap made."
  }
}

run "both_are_in_the_vpc_and_only_the_deploy_reaches_the_ledger" {
  command = apply

  assert {
    condition     = alltrue([for project in [aws_codebuild_project.deploy, aws_codebuild_project.image] : one(project.vpc_config).vpc_id == "vpc-1" && one(project.vpc_config).subnets == toset(["subnet-1", "subnet-2"])])
    error_message = "Both run in the private subnets."
  }

  assert {
    condition     = contains(one(aws_codebuild_project.deploy.vpc_config).security_group_ids, "sg-ledger") && !contains(one(aws_codebuild_project.image.vpc_config).security_group_ids, "sg-ledger")
    error_message = "A privileged build has no way to the database."
  }

  assert {
    condition     = { for each in one(aws_codebuild_project.deploy.environment).environment_variable : each.name => each.type } == { ALPHASWARM_ENVIRONMENT = "PLAINTEXT", ALPHASWARM_LEDGER_URL = "SECRETS_MANAGER" }
    error_message = "The ledger's address is a secret, and only the deploy build has it."
  }
}

run "the_image_role_pushes_and_nothing_else" {
  command = plan

  assert {
    condition     = one(jsondecode(aws_iam_role.image.assume_role_policy).Statement).Condition.ArnEquals == { "aws:SourceArn" = "arn:aws:codebuild:us-east-1:111111111111:project/alphaswarm-image-dev" }
    error_message = "On behalf of the one project only."
  }

  assert {
    condition     = aws_iam_role.image.permissions_boundary == var.permissions_boundary_arn
    error_message = "Inside the boundary."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.image.policy).Statement :
      statement.Resource == ["arn:aws:ecr:us-east-1:111111111111:repository/alphaswarm-admin"]
      if contains(statement.Action, "ecr:PutImage")
    ])
    error_message = "It pushes to the named repositories only."
  }

  assert {
    condition = length([
      for action in flatten([for statement in jsondecode(aws_iam_role_policy.image.policy).Statement : statement.Action]) : action
      if length(regexall("^(iam|s3|secretsmanager|ssm|ecs|rds|kms):|\\*", action)) > 0
    ]) == 0
    error_message = "It deploys nothing, reads no secret, and has no wildcard."
  }
}

run "refuses_a_buildspec_of_the_commit" {
  command = plan

  variables {
    deploy_buildspec = "buildspecs/app-deploy.yml"
  }

  expect_failures = [var.deploy_buildspec]
}

run "refuses_an_image_buildspec_of_the_commit" {
  command = plan

  variables {
    image_buildspec = "buildspecs/image-build.yml"
  }

  expect_failures = [var.image_buildspec]
}

run "refuses_a_source_elsewhere" {
  command = plan

  variables {
    repository_url = "https://example.org/octo-org/octo-repo.git"
  }

  expect_failures = [var.repository_url]
}

run "refuses_to_push_anywhere" {
  command = plan

  variables {
    image_repositories = ["*"]
  }

  expect_failures = [var.image_repositories]
}

run "refuses_builds_without_end" {
  command = plan

  variables {
    deploy_timeout_minutes = 2000
    image_timeout_minutes  = 1
  }

  expect_failures = [var.deploy_timeout_minutes, var.image_timeout_minutes]
}

run "refuses_a_size_that_there_is_not" {
  command = plan

  variables {
    deploy_compute_type = "huge"
    image_compute_type  = "huge"
  }

  expect_failures = [var.deploy_compute_type, var.image_compute_type]
}

run "refuses_a_build_outside_the_vpc" {
  command = plan

  variables {
    subnet_ids = []
  }

  expect_failures = [var.subnet_ids]
}

run "refuses_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "dev"
  }

  expect_failures = [var.account_id]
}
