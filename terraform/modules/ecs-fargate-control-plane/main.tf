data "aws_partition" "current" {}

locals {
  # What ECS Exec's agent and the application write to while the root file system is read-only. Fargate takes the
  # owner and mode of each from the image's VOLUME line.
  writable = {
    tmp       = "/tmp"
    ssm-state = "/var/lib/amazon"
    ssm-logs  = "/var/log/amazon"
  }

  # A service without an image keeps its name, role and logs, and waits for its first release.
  running = { for name, service in var.services : name => service if service.image != null }
}

resource "aws_ecs_cluster" "this" {
  name = "${var.name_prefix}-cluster-${var.environment}"

  setting {
    name  = "containerInsights"
    value = "enhanced"
  }

  # A shell in a running task leaves a transcript.
  configuration {
    execute_command_configuration {
      kms_key_id = var.kms_key_arn
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.exec.name
      }
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = var.spot ? ["FARGATE", "FARGATE_SPOT"] : ["FARGATE"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = 1
  }
}

resource "aws_cloudwatch_log_group" "exec" {
  name              = "/aws/ecs/${var.name_prefix}-exec-${var.environment}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_group" "service" {
  for_each = var.services

  name              = "/aws/ecs/${var.name_prefix}-${each.key}-${var.environment}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.running

  family                   = "${var.name_prefix}-${each.key}-${var.environment}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task[each.key].arn
  # Old revisions stay registered: the circuit breaker and a rollback go back to them.
  skip_destroy = true

  runtime_platform {
    cpu_architecture        = var.cpu_architecture
    operating_system_family = "LINUX"
  }

  dynamic "volume" {
    for_each = local.writable

    content {
      name = volume.key
    }
  }

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = each.value.image
    essential              = true
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true }
    portMappings           = [{ containerPort = each.value.port, hostPort = each.value.port, protocol = "tcp" }]
    environment            = [for name, value in each.value.environment : { name = name, value = value }]
    secrets                = [for name, arn in each.value.secrets : { name = name, valueFrom = arn }]
    mountPoints            = [for name, path in local.writable : { sourceVolume = name, containerPath = path, readOnly = false }]

    healthCheck = {
      command     = each.value.health_command
      interval    = 30
      retries     = 3
      startPeriod = 30
      timeout     = 5
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.service[each.key].name
        awslogs-region        = var.region
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  for_each = local.running

  name                              = "${var.name_prefix}-${each.key}-${var.environment}"
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.this[each.key].arn
  desired_count                     = each.value.desired_count
  platform_version                  = "LATEST"
  availability_zone_rebalancing     = "ENABLED"
  enable_ecs_managed_tags           = true
  enable_execute_command            = true
  force_new_deployment              = false
  health_check_grace_period_seconds = 60
  propagate_tags                    = "SERVICE"

  deployment_maximum_percent         = 200
  deployment_minimum_healthy_percent = 100

  # A release that does not come up is taken back without anybody being awake.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = var.spot ? 4 : 1
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.spot ? ["FARGATE_SPOT"] : []

    content {
      capacity_provider = capacity_provider_strategy.value
      weight            = 1
    }
  }

  load_balancer {
    container_name   = each.key
    container_port   = each.value.port
    target_group_arn = each.value.target_group_arn
  }

  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = concat([aws_security_group.tasks.id], each.value.security_groups)
    assign_public_ip = false
  }

  # Tasks that start before their roles may read would fail once and look like a bad release.
  depends_on = [
    aws_ecs_cluster_capacity_providers.this,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
  ]
}
