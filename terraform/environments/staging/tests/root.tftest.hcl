# The root module as it stands, with its own terraform.tfvars; the landing zone is made up.
mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_ssm_parameters_by_path" {
    defaults = {
      names = [
        "/x/acm_certificate_arn_alb", "/x/admin_hostname", "/x/admin_ledger_url_secret_arn", "/x/admin_session_key_secret_arn",
        "/x/ecr_admin_frontend_repository_arn", "/x/ecr_admin_frontend_repository_url", "/x/ecr_admin_repository_arn",
        "/x/ecr_admin_repository_url", "/x/ledger_client_security_group_id", "/x/permissions_boundary_arn", "/x/private_subnet_ids", "/x/public_subnet_ids",
        "/x/vpc_id", "/x/workload_kms_key_arn",
      ]
      types = [
        "String", "String", "String", "String", "String", "String", "String", "String", "String", "String", "StringList", "StringList",
        "String", "String",
      ]
      values = [
        "arn:aws:acm:us-east-1:111111111111:certificate/1", "admin.example.org",
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:ledger-AbCdEf", "arn:aws:secretsmanager:us-east-1:111111111111:secret:session-AbCdEf",
        "arn:aws:ecr:us-east-1:111111111111:repository/f", "r.example.org/f", "arn:aws:ecr:us-east-1:111111111111:repository/b",
        "r.example.org/b", "sg-ledger", "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary", "subnet-1,subnet-2", "subnet-3,subnet-4", "vpc-1", "arn:aws:kms:us-east-1:111111111111:key/1",
      ]
    }
  }
}

variables {
  run_id = "0199d2a4-5b6c-7def-8123-456789abcdef"
}

run "plans_with_a_run_id" {
  command = plan

  assert {
    condition     = output.admin_url == "https://${var.hostname_prefix}admin.example.org"
    error_message = "The admin is served under the landing zone's host name."
  }

  assert {
    condition     = alltrue([for name, parameter in aws_ssm_parameter.handle : parameter.name == "/alphaswarm/${var.environment}/${name}"])
    error_message = "Handles are published under the environment's own path."
  }
}

run "refuses_a_bare_plan" {
  command = plan

  variables {
    run_id = ""
  }

  expect_failures = [var.run_id]
}

run "refuses_an_id_of_another_version" {
  command = plan

  variables {
    run_id = "9b2d4a56-1c3e-4f5a-8b6c-7d8e9f0a1b2c"
  }

  expect_failures = [var.run_id]
}

run "refuses_a_made_up_word" {
  command = plan

  variables {
    run_id = "yes"
  }

  expect_failures = [var.run_id]
}

run "refuses_a_tag" {
  command = plan

  variables {
    backend_image_digest = "latest"
  }

  expect_failures = [var.backend_image_digest]
}

run "refuses_an_unknown_environment" {
  command = plan

  variables {
    environment  = "production"
    landing_zone = "production"
  }

  expect_failures = [var.environment]
}

run "refuses_another_environment_s_landing_zone" {
  command = plan

  variables {
    environment  = "staging"
    landing_zone = "prod"
  }

  expect_failures = [var.landing_zone]
}
