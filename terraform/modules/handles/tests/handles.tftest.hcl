mock_provider "aws" {
  mock_data "aws_ssm_parameters_by_path" {
    defaults = {
      names = [
        "/alphaswarm/dev/acm_certificate_arn_alb",
        "/alphaswarm/dev/admin_hostname",
        "/alphaswarm/dev/admin_ledger_url_secret_arn",
        "/alphaswarm/dev/admin_session_key_secret_arn",
        "/alphaswarm/dev/ecr_admin_frontend_repository_arn",
        "/alphaswarm/dev/ecr_admin_frontend_repository_url",
        "/alphaswarm/dev/ecr_admin_repository_arn",
        "/alphaswarm/dev/ecr_admin_repository_url",
        "/alphaswarm/dev/ledger_client_security_group_id",
        "/alphaswarm/dev/permissions_boundary_arn",
        "/alphaswarm/dev/private_subnet_ids",
        "/alphaswarm/dev/public_subnet_ids",
        "/alphaswarm/dev/some_secret",
        "/alphaswarm/dev/vpc_id",
        "/alphaswarm/dev/workload_kms_key_arn",
      ]
      types = [
        "String", "String", "String", "String", "String", "String", "String", "String", "String", "String",
        "StringList", "StringList", "SecureString", "String", "String",
      ]
      values = [
        "arn:aws:acm:us-east-1:111111111111:certificate/1", "admin.example.org",
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:ledger", "arn:aws:secretsmanager:us-east-1:111111111111:secret:session",
        "arn:aws:ecr:us-east-1:111111111111:repository/frontend", "registry.example.org/frontend",
        "arn:aws:ecr:us-east-1:111111111111:repository/backend", "registry.example.org/backend",
        "sg-ledger",
        "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary",
        "subnet-1,subnet-2", "subnet-3,subnet-4", "ciphertext", "vpc-1", "arn:aws:kms:us-east-1:111111111111:key/1",
      ]
    }
  }
}

variables {
  landing_zone = "dev"
}

run "hands_out_what_was_published" {
  command = plan

  assert {
    condition     = output.text.vpc_id == "vpc-1" && output.lists.public_subnet_ids == tolist(["subnet-3", "subnet-4"])
    error_message = "Strings come out as strings and lists as lists."
  }

  assert {
    condition     = output.optional.hosted_zone_id == null && output.optional.alb_access_logs_bucket == null
    error_message = "An optional handle that was not published is null."
  }

  assert {
    condition     = !issensitive(output.text) && !issensitive(output.lists)
    error_message = "Names and addresses can be read in a plan."
  }

  assert {
    condition     = !contains(concat(keys(output.text), keys(output.lists), keys(output.optional)), "some_secret")
    error_message = "A SecureString is never handed out."
  }

  assert {
    condition     = data.aws_ssm_parameters_by_path.handles.with_decryption == false
    error_message = "Nothing is decrypted."
  }
}

run "refuses_when_a_handle_is_missing" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.handles
    values = {
      names  = ["/alphaswarm/dev/vpc_id"]
      types  = ["String"]
      values = ["vpc-1"]
    }
  }

  expect_failures = [data.aws_ssm_parameters_by_path.handles]
}

run "refuses_when_a_handle_has_another_type" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.handles
    values = {
      names = [
        "/alphaswarm/dev/acm_certificate_arn_alb",
        "/alphaswarm/dev/admin_hostname",
        "/alphaswarm/dev/admin_ledger_url_secret_arn",
        "/alphaswarm/dev/admin_session_key_secret_arn",
        "/alphaswarm/dev/ecr_admin_frontend_repository_arn",
        "/alphaswarm/dev/ecr_admin_frontend_repository_url",
        "/alphaswarm/dev/ecr_admin_repository_arn",
        "/alphaswarm/dev/ecr_admin_repository_url",
        "/alphaswarm/dev/ledger_client_security_group_id",
        "/alphaswarm/dev/permissions_boundary_arn",
        "/alphaswarm/dev/private_subnet_ids",
        "/alphaswarm/dev/public_subnet_ids",
        "/alphaswarm/dev/vpc_id",
        "/alphaswarm/dev/workload_kms_key_arn",
      ]
      types = [
        "String", "String", "String", "String", "String", "String", "String", "String", "String", "String",
        "String", "StringList", "String", "String",
      ]
      values = ["a", "b", "c", "d", "e", "f", "g", "h", "o", "n", "i", "j,k", "l", "m"]
    }
  }

  expect_failures = [data.aws_ssm_parameters_by_path.handles]
}

run "refuses_an_unknown_landing_zone" {
  command = plan

  variables {
    landing_zone = "minimum"
  }

  expect_failures = [var.landing_zone]
}
