mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/x" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111111111111:log-group:x" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:us-east-1:111111111111:task-definition/x:1" }
  }
}

variables {
  name_prefix           = "alphaswarm"
  environment           = "dev"
  account_id            = "111111111111"
  region                = "us-east-1"
  vpc_id                = "vpc-1"
  private_subnet_ids    = ["subnet-1", "subnet-2"]
  alb_security_group_id = "sg-alb"
  kms_key_arn           = "arn:aws:kms:us-east-1:111111111111:key/1"
  permissions_boundary  = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
  log_retention_days    = 30
  spot                  = true

  services = {
    admin = {
      cpu              = 512
      memory           = 1024
      desired_count    = 2
      port             = 8900
      image            = "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      repository_arn   = "arn:aws:ecr:us-east-1:111111111111:repository/alphaswarm-admin"
      target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/admin-dev/1"
      health_command   = ["CMD", "true"]
      environment      = { ALPHASWARM_ENVIRONMENT = "dev" }
      secrets          = { ALPHASWARM_LEDGER_URL = "arn:aws:secretsmanager:us-east-1:111111111111:secret:ledger-AbCdEf" }
    }
  }
}

run "stays_private" {
  command = apply

  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.network_configuration[0].assign_public_ip == false])
    error_message = "Tasks have no public address."
  }

  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.network_configuration[0].subnets == toset(["subnet-1", "subnet-2"])])
    error_message = "Tasks run in the private subnets."
  }

  assert {
    condition = alltrue([
      for rule in aws_vpc_security_group_ingress_rule.from_alb :
      rule.referenced_security_group_id == "sg-alb" && rule.cidr_ipv4 == null && rule.from_port == 8900 && rule.to_port == 8900
    ])
    error_message = "Tasks accept traffic from the load balancer's group on their own port only."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.https.from_port == 443 && aws_vpc_security_group_egress_rule.https.to_port == 443
    error_message = "Tasks leave over HTTPS only."
  }
}

run "takes_a_bad_release_back" {
  command = plan

  assert {
    condition = alltrue([
      for service in aws_ecs_service.this :
      service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback && !service.force_new_deployment
    ])
    error_message = "The circuit breaker is on and rolls back."
  }

  assert {
    condition     = alltrue([for task in aws_ecs_task_definition.this : task.skip_destroy])
    error_message = "Old revisions stay: a rollback needs them."
  }

  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.enable_execute_command])
    error_message = "ECS Exec is on."
  }
}

run "watches_and_records" {
  command = plan

  assert {
    condition     = one(aws_ecs_cluster.this.setting).name == "containerInsights" && one(aws_ecs_cluster.this.setting).value == "enhanced"
    error_message = "Container Insights is enhanced."
  }

  assert {
    condition     = aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].logging == "OVERRIDE"
    error_message = "A shell leaves a transcript."
  }

  assert {
    condition = alltrue([
      for group in concat(values(aws_cloudwatch_log_group.service), [aws_cloudwatch_log_group.exec]) :
      group.retention_in_days == 30 && group.kms_key_id == var.kms_key_arn
    ])
    error_message = "Every log group has a retention and a key."
  }
}

run "gives_the_roles_what_they_need_and_no_more" {
  command = apply

  assert {
    condition = alltrue([
      for role in concat([aws_iam_role.execution], values(aws_iam_role.task)) :
      jsondecode(role.assume_role_policy).Statement[0].Principal == { Service = "ecs-tasks.amazonaws.com" }
      && jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111111111111"
    ])
    error_message = "Only ECS, for tasks of this account, may assume the roles."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement :
      statement.Resource != ["*"] || statement.Action == ["ecr:GetAuthorizationToken"]
    ])
    error_message = "Every action of the execution role that knows a resource names it."
  }

  assert {
    condition = alltrue(flatten([
      for policy in concat([aws_iam_role_policy.execution], values(aws_iam_role_policy.task)) : [
        for statement in jsondecode(policy.policy).Statement : [
          for action in statement.Action : !endswith(action, "*") && statement.Effect == "Allow"
        ]
      ]
    ]))
    error_message = "No wildcard in an action."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Resource if statement.Sid == "ReadTheSecrets"
    ]) == ["arn:aws:secretsmanager:us-east-1:111111111111:secret:ledger-AbCdEf"]
    error_message = "The execution role reads exactly the secrets that the services name."
  }

  assert {
    condition = alltrue([
      for task in aws_ecs_task_definition.this :
      jsondecode(task.container_definitions)[0].readonlyRootFilesystem
      && jsondecode(task.container_definitions)[0].secrets[0].valueFrom == "arn:aws:secretsmanager:us-east-1:111111111111:secret:ledger-AbCdEf"
    ])
    error_message = "The root file system is read-only; secrets come by reference."
  }
}

run "uses_spare_capacity_when_asked" {
  command = plan

  assert {
    condition     = aws_ecs_cluster_capacity_providers.this.capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "Spare capacity is available to the cluster."
  }
}

run "uses_no_spare_capacity_otherwise" {
  command = plan

  variables {
    spot = false
  }

  assert {
    condition = (
      aws_ecs_cluster_capacity_providers.this.capacity_providers == toset(["FARGATE"])
      && alltrue([for service in aws_ecs_service.this : one(service.capacity_provider_strategy).capacity_provider == "FARGATE"])
    )
    error_message = "Only capacity that AWS does not take back."
  }
}

run "refuses_a_tag" {
  command = plan

  variables {
    services = {
      admin = {
        cpu              = 512, memory = 1024, desired_count = 2, port = 8900
        image            = "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin:latest"
        repository_arn   = "arn:aws:ecr:us-east-1:111111111111:repository/alphaswarm-admin"
        target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/admin-dev/1"
        health_command   = ["CMD", "true"]
      }
    }
  }

  expect_failures = [var.services]
}

run "refuses_a_secret_by_value" {
  command = plan

  variables {
    services = {
      admin = {
        cpu              = 512, memory = 1024, desired_count = 2, port = 8900
        image            = "registry.example.org:5000/admin@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        repository_arn   = "arn:aws:ecr:us-east-1:111111111111:repository/alphaswarm-admin"
        target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/admin-dev/1"
        health_command   = ["CMD", "true"]
        secrets          = { PASSWORD = "hunter2" }
      }
    }
  }

  expect_failures = [var.services]
}

run "refuses_a_retention_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "reaches_a_database_where_it_is_let" {
  command = apply

  variables {
    services = {
      admin = {
        cpu              = 512
        memory           = 1024
        desired_count    = 2
        port             = 8900
        image            = "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        repository_arn   = "arn:aws:ecr:us-east-1:111111111111:repository/alphaswarm-admin"
        target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/admin-dev/1"
        health_command   = ["CMD", "true"]
        security_groups  = ["sg-ledger"]
      }
    }
  }

  assert {
    condition     = one(aws_ecs_service.this["admin"].network_configuration).security_groups == toset([aws_security_group.tasks.id, "sg-ledger"])
    error_message = "Its own group, and the one that it was given."
  }
}
