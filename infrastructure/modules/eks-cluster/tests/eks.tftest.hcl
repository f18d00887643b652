mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/any" }
  }
}

variables {
  account_id               = "111111111111"
  name                     = "alphaswarm-dev"
  cluster_role_name        = "alphaswarm-zone-eks-dev"
  node_role_name           = "alphaswarm-zone-nodes-dev"
  subnet_ids               = ["subnet-1", "subnet-2"]
  kms_key_arn              = "arn:aws:kms:us-east-1:111111111111:key/1"
  log_retention_days       = 14
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary"
  node_groups = {
    general = { instance_types = ["t3.medium"], smallest = 1, largest = 2 }
  }
}

run "has_no_door_to_the_internet" {
  command = plan

  assert {
    condition     = one(aws_eks_cluster.this.vpc_config).endpoint_private_access && !one(aws_eks_cluster.this.vpc_config).endpoint_public_access
    error_message = "The endpoint is inside the VPC only."
  }
}

run "encrypts_secrets_and_keeps_all_logs" {
  command = plan

  assert {
    condition     = one(aws_eks_cluster.this.encryption_config).resources == toset(["secrets"]) && one(one(aws_eks_cluster.this.encryption_config).provider).key_arn == var.kms_key_arn
    error_message = "Secrets have the environment's key."
  }

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5 && aws_cloudwatch_log_group.control_plane.retention_in_days == 14
    error_message = "All five logs, with a retention."
  }
}

run "makes_nobody_its_administrator_in_passing" {
  command = plan

  assert {
    condition     = one(aws_eks_cluster.this.access_config).authentication_mode == "API" && !one(aws_eks_cluster.this.access_config).bootstrap_cluster_creator_admin_permissions
    error_message = "Who made it gets nothing by that."
  }
}

run "roles_stay_inside_the_boundary" {
  command = plan

  assert {
    condition     = alltrue([for role in [aws_iam_role.cluster, aws_iam_role.nodes] : role.permissions_boundary == var.permissions_boundary_arn])
    error_message = "Both roles have the boundary."
  }

  assert {
    condition     = toset([for attachment in aws_iam_role_policy_attachment.nodes : basename(attachment.policy_arn)]) == toset(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"])
    error_message = "Nodes pull images and join; they push nothing."
  }
}

run "refuses_a_cluster_without_nodes" {
  command = plan

  variables {
    node_groups = {}
  }

  expect_failures = [var.node_groups]
}

run "refuses_bounds_the_wrong_way_round" {
  command = plan

  variables {
    node_groups = {
      general = { instance_types = ["t3.medium"], smallest = 3, largest = 1 }
    }
  }

  expect_failures = [var.node_groups]
}

run "refuses_a_single_zone" {
  command = plan

  variables {
    subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.subnet_ids]
}

run "refuses_an_old_kubernetes" {
  command = plan

  variables {
    kubernetes_version = "1.24"
  }

  expect_failures = [var.kubernetes_version]
}

run "refuses_a_wrong_account" {
  command = plan

  variables {
    account_id = "*"
  }

  expect_failures = [var.account_id]
}

run "refuses_a_name_that_eks_refuses" {
  command = plan

  variables {
    name = "alphaswarm_dev"
  }

  expect_failures = [var.name]
}
