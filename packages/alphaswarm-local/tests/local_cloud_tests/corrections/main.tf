# Everything that the corrections of the local cloud are about, as small as it can be.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.95"
    }
  }

  backend "s3" {
    bucket       = "alphaswarm-tfstate-111111111111"
    key          = "corrections.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { a = 0, b = 1 }

  vpc_id            = aws_vpc.this.id
  availability_zone = "us-east-1${each.key}"
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, each.value)
}

resource "aws_iam_role" "this" {
  name = "any"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}

resource "aws_ecs_cluster" "this" {
  name = "any"
}

resource "aws_ecs_task_definition" "this" {
  family                   = "any"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode([{ name = "any", image = "any", essential = true }])
}

resource "aws_ecs_service" "rebalancing" {
  for_each = toset(["ENABLED", "DISABLED"])

  name                          = lower(each.key)
  cluster                       = aws_ecs_cluster.this.id
  task_definition               = aws_ecs_task_definition.this.arn
  launch_type                   = "FARGATE"
  availability_zone_rebalancing = each.key

  network_configuration {
    subnets = [for subnet in aws_subnet.this : subnet.id]
  }
}

resource "aws_ecs_service" "spread" {
  name                              = "spread"
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.this.arn
  enable_ecs_managed_tags           = true
  enable_execute_command            = true
  health_check_grace_period_seconds = 60

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = 4
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  network_configuration {
    subnets = [for subnet in aws_subnet.this : subnet.id]
  }
}

resource "aws_security_group" "this" {
  name   = "any"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "from_group" {
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "from <itself> & others"
}

resource "aws_vpc_security_group_egress_rule" "to_range" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "-1"
  description       = "to a range"
}

resource "aws_eks_cluster" "this" {
  name     = "any"
  role_arn = aws_iam_role.this.arn

  vpc_config {
    subnet_ids = [for subnet in aws_subnet.this : subnet.id]
  }
}

resource "aws_eks_node_group" "closed" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "closed"
  node_role_arn   = aws_iam_role.this.arn
  subnet_ids      = [for subnet in aws_subnet.this : subnet.id]

  scaling_config {
    desired_size = 1
    min_size     = 1
    max_size     = 2
  }
}

resource "aws_eks_node_group" "open" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "open"
  node_role_arn   = aws_iam_role.this.arn
  subnet_ids      = [for subnet in aws_subnet.this : subnet.id]

  remote_access {
    ec2_ssh_key = "eksKeypair"
  }

  scaling_config {
    desired_size = 1
    min_size     = 1
    max_size     = 2
  }
}

resource "aws_db_subnet_group" "this" {
  name       = "any"
  subnet_ids = [for subnet in aws_subnet.this : subnet.id]
}

resource "aws_rds_cluster" "this" {
  cluster_identifier          = "any"
  engine                      = "aurora-postgresql"
  master_username             = "anybody"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.this.name
  skip_final_snapshot         = true
}
