mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  name_prefix                     = "alphaswarm"
  environment                     = "dev"
  account_id                      = "111111111111"
  region                          = "us-east-1"
  hostname                        = "admin.example.org"
  vpc_id                          = "vpc-1"
  private_subnet_ids              = ["subnet-1", "subnet-2"]
  public_subnet_ids               = ["subnet-3", "subnet-4"]
  certificate_arn                 = "arn:aws:acm:us-east-1:111111111111:certificate/1"
  kms_key_arn                     = "arn:aws:kms:us-east-1:111111111111:key/1"
  permissions_boundary            = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
  ledger_client_security_group_id = "sg-ledger"

  ledger_url_secret_arn  = "arn:aws:secretsmanager:us-east-1:111111111111:secret:ledger-AbCdEf"
  session_key_secret_arn = "arn:aws:secretsmanager:us-east-1:111111111111:secret:session-AbCdEf"
  log_retention_days     = 30
  backend                = { cpu = 512, memory = 1024, desired_count = 1 }
  backend_repository     = { arn = "arn:aws:ecr:us-east-1:111111111111:repository/b", url = "r.example.org/b" }
  backend_image_digest   = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  frontend               = { cpu = 256, memory = 512, desired_count = 1 }
  frontend_repository    = { arn = "arn:aws:ecr:us-east-1:111111111111:repository/f", url = "r.example.org/f" }
  frontend_image_digest  = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
}

run "leaves_dns_alone_without_a_zone" {
  command = plan

  assert {
    condition     = length(aws_route53_record.admin) == 0 && output.url == "https://admin.example.org"
    error_message = "Without a hosted zone somebody else points the host name at the load balancer."
  }
}

run "points_the_host_name_at_the_load_balancer" {
  command = plan

  variables {
    hosted_zone_id = "Z1"
  }

  assert {
    condition     = aws_route53_record.admin[0].name == "admin.example.org" && aws_route53_record.admin[0].type == "A"
    error_message = "With a hosted zone the host name is an alias of the load balancer."
  }
}

run "refuses_a_tag_for_the_backend" {
  command = plan

  variables {
    backend_image_digest = "v1.2.3"
  }

  expect_failures = [var.backend_image_digest]
}

run "refuses_a_short_digest_for_the_frontend" {
  command = plan

  variables {
    frontend_image_digest = "sha256:e3b0c442"
  }

  expect_failures = [var.frontend_image_digest]
}

run "refuses_an_unknown_environment" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}

run "manages_its_own_services_and_nothing_else" {
  command = plan

  assert {
    condition     = aws_iam_role_policy.self_management.role == "alphaswarm-task-admin-dev"
    error_message = "The backend's task role has the policy; the frontend's has none."
  }

  assert {
    condition = sort(distinct(flatten(jsondecode(aws_iam_role_policy.self_management.policy).Statement[*].Action))) == sort([
      "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "ecs:DescribeServices", "ecs:DescribeTaskDefinition",
      "ecs:UpdateService", "logs:FilterLogEvents",
    ])
    error_message = "The policy has exactly the actions that the console asks with."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.self_management.policy).Statement :
      !contains(statement.Resource, "*") || statement.Sid == "ReadWhatKnowsNoResource"
    ])
    error_message = "What knows resources names them."
  }
}
