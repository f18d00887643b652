variable "account_id" {
  description = "The account that the roles are in."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "apply_role_name" {
  description = "The name of the role that changes the environment."
  type        = string
  default     = "aqp-gha-apply"
}

variable "apply_workflow_files" {
  description = "The workflow files whose jobs may assume the apply role; see trust-policy."
  type        = set(string)
}

variable "approvals" {
  description = "How many people have to approve a change of the environment."
  type        = number
}

variable "audience" {
  description = "The audience that tokens are asked for."
  type        = string
  default     = "sts.amazonaws.com"
}

variable "build_variables" {
  description = "The environment variables that whoever starts the deploy build may set; empty: none. The build has to treat their values as input that nobody vouches for."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.build_variables : can(regex("^ALPHASWARM_[A-Z0-9_]+$", name))])
    error_message = "Only variables that are ours, ALPHASWARM_…, may be set: others can change which code the build runs."
  }
}

variable "deploy_project" {
  description = "The name of the CodeBuild project that applies the app tier."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$", var.deploy_project))
    error_message = "The one deploy project by its name, without wildcards."
  }
}

variable "environment" {
  description = "The GitHub environment of this account."
  type        = string
}

variable "execution_role_arn" {
  description = "The role under which the landing zone is applied."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/[A-Za-z0-9+=,.@_-]+$", var.execution_role_arn))
    error_message = "One role of this account, by its ARN, without wildcards."
  }
}

variable "handle_path" {
  description = "Where this account's handles lie in SSM, without slashes at its ends."
  type        = string
  default     = "alphaswarm"

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$", var.handle_path))
    error_message = "A path like alphaswarm, without wildcards and without a slash at its ends."
  }
}

variable "image_project" {
  description = "The name of the CodeBuild project that builds images."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$", var.image_project))
    error_message = "The one image project by its name, without wildcards."
  }
}

variable "image_variables" {
  description = "The environment variables that whoever starts the image build may set; empty: none."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.image_variables : can(regex("^ALPHASWARM_[A-Z0-9_]+$", name))])
    error_message = "Only variables that are ours, ALPHASWARM_…, may be set: others can change which code the build runs."
  }
}

variable "largest_trust_policy" {
  description = "The account's quota of a trust policy's length, in characters."
  type        = number
  default     = 2048
}

variable "permissions_boundary_arn" {
  description = "The boundary that both roles stay in."
  type        = string
}

variable "plan_role_name" {
  description = "The name of the role that plans."
  type        = string
  default     = "aqp-gha-plan"
}

variable "plan_workflow_files" {
  description = "The workflow files whose jobs may plan; empty: any file; see trust-policy."
  type        = set(string)
  default     = []
}

variable "region" {
  description = "The region of the build project, the handles and the states."
  type        = string
}

variable "repositories" {
  description = "The deploying repositories; see trust-policy."
  type = list(object({
    name           = string
    id             = string
    owner_id       = string
    subject_format = string
  }))
}

variable "state_bucket" {
  description = "The bucket of the account's Terraform states."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "The one bucket by its name, without wildcards."
  }
}

variable "state_key_arn" {
  description = "The KMS key that encrypts the states."
  type        = string
}

variable "state_trees" {
  description = "The trees whose states a plan reads: the first part of their keys in the bucket."
  type        = set(string)
  default     = ["alphaswarm_platform", "infrastructure"]

  validation {
    condition     = alltrue([for tree in var.state_trees : can(regex("^[a-z][a-z0-9_-]*$", tree))])
    error_message = "A tree is one plain name, like infrastructure."
  }
}

variable "trail_bucket" {
  description = "The bucket of the account's trail: a plan reads how it is set up."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.trail_bucket)) && var.trail_bucket != var.state_bucket
    error_message = "The one bucket by its name, without wildcards, and not that of the states."
  }
}
