mock_provider "aws" {}

variables {
  name_prefix = "alphaswarm"
  environment = "dev"
  kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/1"
  hostname    = "admin.example.org"
}

run "asks_for_a_certificate_and_keeps_no_secret_value" {
  command = plan

  assert {
    condition     = aws_acm_certificate.admin.domain_name == "admin.example.org" && aws_acm_certificate.admin.validation_method == "DNS"
    error_message = "The certificate is for the host name and proved by DNS."
  }

  assert {
    condition     = length(aws_route53_record.validation) == 0 && length(aws_acm_certificate_validation.admin) == 0
    error_message = "Without a hosted zone somebody else creates the validation records, and nothing waits for them."
  }

  assert {
    condition     = keys(aws_secretsmanager_secret.admin) == ["ledger-url", "session-key"]
    error_message = "Two empty secrets."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.admin : secret.kms_key_id == var.kms_key_arn])
    error_message = "Encrypted with the environment's key."
  }
}

run "proves_the_certificate_in_its_own_zone" {
  command = plan

  variables {
    hosted_zone_id                = "Z1"
    certificate_alternative_names = ["other.example.org"]
  }

  assert {
    condition     = keys(aws_route53_record.validation) == ["admin.example.org", "other.example.org"] && length(aws_acm_certificate_validation.admin) == 1
    error_message = "One record a host name, and the certificate is awaited."
  }
}

run "refuses_a_host_name_in_capitals" {
  command = plan

  variables {
    hostname = "Admin.example.org"
  }

  expect_failures = [var.hostname]
}

run "refuses_an_unknown_environment" {
  command = plan

  variables {
    environment = "minimum"
  }

  expect_failures = [var.environment]
}

run "refuses_a_key_by_its_alias" {
  command = plan

  variables {
    kms_key_arn = "alias/alphaswarm-dev-workload"
  }

  expect_failures = [var.kms_key_arn]
}
