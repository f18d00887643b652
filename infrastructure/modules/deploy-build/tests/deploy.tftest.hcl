mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  account_id               = "111111111111"
  environment              = "dev"
  region                   = "us-east-1"
  buildspec                = "version: 0.2\nphases: {build: {commands: [alphaswarm deploy]}}\n"
  name_prefix              = "alphaswarm"
  project_name             = "alphaswarm-deploy-dev"
  role_name                = "alphaswarm-deploy-dev"
  repository_url           = "https://github.com/octo-org/octo-repo.git"
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
  handle_path              = "alphaswarm/dev"
  state_bucket             = "alphaswarm-tfstate-111111111111"
  state_key_arn            = "arn:aws:kms:us-east-1:111111111111:key/1"
}

run "builds_the_reviewed_file_without_privileges" {
  command = plan

  assert {
    condition     = one(aws_codebuild_project.deploy.source).buildspec == var.buildspec && one(aws_codebuild_project.deploy.source).type == "GITHUB"
    error_message = "The buildspec stands in the project, whatever commit is built."
  }

  assert {
    condition     = !one(aws_codebuild_project.deploy.environment).privileged_mode && aws_codebuild_project.deploy.concurrent_build_limit == 1
    error_message = "Nothing that deploys needs a privileged container, and two deploys of one environment do not run at once."
  }
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

run "refuses_a_buildspec_of_the_commit" {
  command = plan

  variables {
    buildspec = "buildspecs/app-deploy.yml"
  }

  expect_failures = [var.buildspec]
}

run "refuses_a_source_elsewhere" {
  command = plan

  variables {
    repository_url = "https://example.org/octo-org/octo-repo.git"
  }

  expect_failures = [var.repository_url]
}

run "refuses_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "dev"
  }

  expect_failures = [var.account_id]
}

run "refuses_a_build_without_end" {
  command = plan

  variables {
    timeout_minutes = 2000
  }

  expect_failures = [var.timeout_minutes]
}

run "stands_outside_a_network_that_is_not_there_yet" {
  command = plan

  assert {
    condition     = length(aws_codebuild_project.deploy.vpc_config) == 0 && length(aws_security_group.deploy) == 0 && length(aws_iam_role_policy.network) == 0
    error_message = "Before the landing zone there is no network."
  }
}

run "runs_in_the_private_subnets_alone" {
  command = plan

  variables {
    network = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"] }
  }

  assert {
    condition     = one(aws_codebuild_project.deploy.vpc_config).vpc_id == "vpc-1" && one(aws_codebuild_project.deploy.vpc_config).subnets == toset(["subnet-1", "subnet-2"])
    error_message = "The project is in the landing zone's private subnets."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.network[0].policy).Statement[1].Condition.ArnEquals["ec2:Subnet"] == ["arn:aws:ec2:us-east-1:111111111111:subnet/subnet-1", "arn:aws:ec2:us-east-1:111111111111:subnet/subnet-2"]
    error_message = "CodeBuild may attach network interfaces in these subnets alone."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_egress_rule.deploy : name => rule.from_port } == { https = 443, postgresql = 5432 }
    error_message = "A build reaches HTTPS and the database; nothing reaches it."
  }
}

run "refuses_a_network_without_subnets" {
  command = plan

  variables {
    network = { vpc_id = "vpc-1", subnet_ids = [] }
  }

  expect_failures = [var.network]
}

run "refuses_every_index" {
  command = plan

  variables {
    index = { domain = "*", repository = "alphaswarm-pypi" }
  }

  expect_failures = [var.index]
}
