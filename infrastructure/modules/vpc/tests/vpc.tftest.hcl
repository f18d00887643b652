mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/vpc/alphaswarm-dev" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/alphaswarm-zone-flow-dev" }
  }
}

variables {
  name               = "alphaswarm-dev"
  cidr               = "10.10.0.0/16"
  availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
  single_nat_gateway = true

  account_id               = "111111111111"
  flow_log_role_name       = "alphaswarm-zone-flow-dev"
  interface_endpoints      = ["ecr.api", "logs"]
  kms_key_arn              = "arn:aws:kms:us-east-1:111111111111:key/1"
  log_retention_days       = 14
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
}

run "separates_private_from_public" {
  command = plan

  assert {
    condition     = [for zone in var.availability_zones : aws_subnet.private[zone].cidr_block] == ["10.10.0.0/20", "10.10.16.0/20", "10.10.32.0/20"]
    error_message = "Private subnets fill the /16 from its bottom."
  }

  assert {
    condition     = [for zone in var.availability_zones : aws_subnet.public[zone].cidr_block] == ["10.10.128.0/20", "10.10.144.0/20", "10.10.160.0/20"]
    error_message = "Public subnets fill it from its middle."
  }

  assert {
    condition     = alltrue([for subnet in merge(aws_subnet.private, aws_subnet.public) : subnet.map_public_ip_on_launch != true])
    error_message = "Nothing gets a public address by being started somewhere."
  }
}

run "locks_the_default_group" {
  command = apply

  assert {
    condition     = length(aws_default_security_group.locked.ingress) == 0 && length(aws_default_security_group.locked.egress) == 0
    error_message = "The default group has no rules."
  }

  assert {
    condition     = length(distinct([for route in aws_route.private_nat : route.nat_gateway_id])) == 1 && length(aws_nat_gateway.this) == 1
    error_message = "One NAT gateway serves all zones."
  }
}

run "gives_each_zone_its_own_exit" {
  command = plan

  variables {
    single_nat_gateway = false
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["us-east-1a", "us-east-1b", "us-east-1c"]
    error_message = "A zone that fails takes no other zone's way out with it."
  }

  assert {
    condition     = alltrue([for zone in var.availability_zones : local.exit_zone[zone] == zone])
    error_message = "Each zone leaves through its own gateway."
  }
}

run "refuses_a_single_zone" {
  command = plan

  variables {
    availability_zones = ["us-east-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_another_address_plan" {
  command = plan

  variables {
    cidr = "10.10.0.0/20"
  }

  expect_failures = [var.cidr]
}

run "reaches_aws_inside_the_vpc" {
  command = plan

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled]) && aws_vpc_endpoint.interface["ecr.api"].service_name == "com.amazonaws.us-east-1.ecr.api"
    error_message = "The usual host names lead to the endpoints."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints.cidr_ipv4 == "10.10.0.0/16" && aws_vpc_security_group_ingress_rule.endpoints.from_port == 443
    error_message = "HTTPS from the VPC and nothing else."
  }
}

run "keeps_who_talked_to_whom" {
  command = plan

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.retention_in_days == 14 && aws_cloudwatch_log_group.flow.kms_key_id == var.kms_key_arn
    error_message = "All traffic, encrypted, for as long as was asked."
  }

  assert {
    condition     = aws_iam_role.flow.permissions_boundary == var.permissions_boundary_arn
    error_message = "The role stays inside the boundary."
  }

  assert {
    condition     = one(jsondecode(aws_iam_role.flow.assume_role_policy).Statement).Condition.StringEquals == { "aws:SourceAccount" = "111111111111" }
    error_message = "Flow logs of another account do not get the role (the confused deputy)."
  }
}

run "refuses_endpoints_in_more_zones_than_there_are" {
  command = plan

  variables {
    endpoint_zones = 4
  }

  expect_failures = [var.endpoint_zones]
}

run "refuses_an_endpoint_by_its_full_name" {
  command = plan

  variables {
    interface_endpoints = ["com.amazonaws.us-east-1.logs"]
  }

  expect_failures = [var.interface_endpoints]
}

run "refuses_a_retention_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_retention_days = 15
  }

  expect_failures = [var.log_retention_days]
}

run "refuses_a_wrong_account" {
  command = plan

  variables {
    account_id = "*"
  }

  expect_failures = [var.account_id]
}
