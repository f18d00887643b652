mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  name_prefix        = "alphaswarm"
  environment        = "dev"
  account_id         = "111111111111"
  region             = "us-east-1"
  vpc_cidr           = "10.10.0.0/16"
  availability_zones = ["us-east-1a", "us-east-1b"]
  single_nat_gateway = true
  hostname           = "admin.example.org"
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
