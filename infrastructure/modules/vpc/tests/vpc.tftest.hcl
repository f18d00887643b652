mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  name               = "alphaswarm-dev"
  cidr               = "10.10.0.0/16"
  availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
  single_nat_gateway = true
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
