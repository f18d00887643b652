variable "account_id" {
  description = "The account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "apply_role_arn" {
  description = "The role of GitHub's apply jobs, the only one that may become the execution role."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/[A-Za-z0-9+=,.@_-]+$", var.apply_role_arn))
    error_message = "One role of this same account, by its ARN: never the account itself, never another account."
  }
}

variable "boundary_name" {
  description = "The name of the permissions boundary."
  type        = string
  default     = "AqpTerraformPermissionsBoundary"
}

variable "build_role_name" {
  description = "The role of the deploy build, which the bootstrap makes: protected as the other ones, but handed to CodeBuild by the landing zone."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]+$", var.build_role_name)) && !contains(var.protected_role_names, var.build_role_name)
    error_message = "One role by its name, without wildcards, and none of those that nobody is handed."
  }
}

variable "cluster_policies" {
  description = "AWS's own policies that the cluster's roles get, by name."
  type        = set(string)
  default     = ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"]

  validation {
    condition     = alltrue([for name in var.cluster_policies : can(regex("^Amazon(EC2ContainerRegistry|EKS)[A-Za-z_]+$", name))])
    error_message = "Policies for EKS clusters and their nodes only: another one of AWS's could allow everything."
  }
}

variable "environment" {
  description = "The environment of the account."
  type        = string
}

variable "execution_role_name" {
  description = "The name of the role that applies the landing zone."
  type        = string
  default     = "AqpTerraformExecutionRole"
}

variable "external_id" {
  description = "What the caller has to name when it becomes the execution role. No secret: it keeps a call that was meant for one environment from working in another."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9+=,.@:/_-]{1,99}$", var.external_id))
    error_message = "An external id is a plain text of 2 to 100 characters, without wildcards."
  }
}

variable "handle_path" {
  description = "Where this account's handles lie in SSM, without slashes at its ends."
  type        = string
  default     = "alphaswarm"
}

variable "name_prefix" {
  description = "What the names of the landing zone's projects, roles and buckets begin with."
  type        = string
  default     = "alphaswarm"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,20}$", var.name_prefix))
    error_message = "A plain name, without wildcards."
  }
}

variable "protected_role_names" {
  description = "The other roles whose trust and policies no role inside the boundary may change."
  type        = set(string)
  default     = ["aqp-gha-apply", "aqp-gha-plan"]
}

variable "region" {
  description = "The region."
  type        = string
}

variable "services" {
  description = "The services that the landing zone is made of, by their IAM prefixes."
  type        = set(string)
  default     = ["acm", "cloudtrail", "cloudwatch", "ec2", "ecr", "eks", "kms", "logs", "rds", "route53", "secretsmanager", "sns"]

  validation {
    condition     = length(setintersection(var.services, ["account", "codeartifact", "codebuild", "iam", "organizations", "s3", "ssm", "sts"])) == 0 && alltrue([for service in var.services : can(regex("^[a-z0-9-]+$", service))])
    error_message = "Identity, states, handles, packages and builds are not given as a whole service: they are how a role gets more than it was given."
  }
}

variable "state_bucket" {
  description = "The bucket of the account's Terraform states."
  type        = string
}

variable "state_key_arn" {
  description = "The KMS key that encrypts the states."
  type        = string
}

variable "state_tree" {
  description = "The landing zone's part of the state bucket."
  type        = string
  default     = "infrastructure"
}
