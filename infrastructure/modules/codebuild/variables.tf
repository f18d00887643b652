variable "account_id" {
  description = "The account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "deploy_buildspec" {
  description = "The text of the deploy build's buildspec. A path would be read from the commit that the caller chooses."
  type        = string

  validation {
    condition     = can(yamldecode(var.deploy_buildspec).version) && can(yamldecode(var.deploy_buildspec).phases)
    error_message = "The text of a buildspec, and not its path: otherwise whoever pushes a branch writes what runs as this role."
  }
}

variable "deploy_compute_type" {
  description = "The size of the deploy build."
  type        = string
  default     = "BUILD_GENERAL1_MEDIUM"

  validation {
    condition     = contains(["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"], var.deploy_compute_type)
    error_message = "One of BUILD_GENERAL1_SMALL, BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE."
  }
}

variable "deploy_role_name" {
  description = "The deploy build's role. The account's bootstrap makes it: a role that makes roles is part of the account's trust."
  type        = string
}

variable "deploy_timeout_minutes" {
  description = "How long a deploy build may take."
  type        = number
  default     = 60

  validation {
    condition     = var.deploy_timeout_minutes >= 5 && var.deploy_timeout_minutes <= 480
    error_message = "From 5 minutes to 8 hours."
  }
}

variable "environment" {
  description = "The environment of the account."
  type        = string
}

variable "image" {
  description = "The image that both builds run in."
  type        = string
  default     = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
}

variable "image_buildspec" {
  description = "The text of the image build's buildspec. A path would be read from the commit that the caller chooses."
  type        = string

  validation {
    condition     = can(yamldecode(var.image_buildspec).version) && can(yamldecode(var.image_buildspec).phases)
    error_message = "The text of a buildspec, and not its path: otherwise whoever pushes a branch writes what runs as this role."
  }
}

variable "image_compute_type" {
  description = "The size of the image build."
  type        = string
  default     = "BUILD_GENERAL1_LARGE"

  validation {
    condition     = contains(["BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE", "BUILD_GENERAL1_2XLARGE"], var.image_compute_type)
    error_message = "One of BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE, BUILD_GENERAL1_XLARGE, BUILD_GENERAL1_2XLARGE."
  }
}

variable "image_repositories" {
  description = "The ECR repositories that the image build pushes to, by name."
  type        = set(string)

  validation {
    condition     = alltrue([for name in var.image_repositories : can(regex("^[a-z0-9]+(?:[._/-][a-z0-9]+)*$", name))])
    error_message = "Repositories by their names, without wildcards."
  }
}

variable "image_role_name" {
  description = "The name of the image build's role."
  type        = string
}

variable "image_timeout_minutes" {
  description = "How long an image build may take."
  type        = number
  default     = 60

  validation {
    condition     = var.image_timeout_minutes >= 5 && var.image_timeout_minutes <= 480
    error_message = "From 5 minutes to 8 hours."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts what builds produce, and their logs."
  type        = string
}

variable "ledger_client_security_group_id" {
  description = "The security group whose members reach the ledger's database."
  type        = string
}

variable "log_retention_days" {
  description = "How long the builds' logs are kept, in days."
  type        = number
}

variable "name_prefix" {
  description = "The first part of the projects' names."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "The boundary of the image build's role."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "repository_url" {
  description = "The repository that is built."
  type        = string

  validation {
    condition     = can(regex("^https://github\\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+\\.git$", var.repository_url))
    error_message = "A repository on GitHub: https://github.com/OWNER/REPOSITORY.git."
  }
}

variable "subnet_ids" {
  description = "The private subnets that builds run in."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "One subnet at least."
  }
}

variable "vpc_id" {
  description = "The VPC that builds run in."
  type        = string
}
