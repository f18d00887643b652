variable "account_id" {
  description = "The account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "boundary_name" {
  description = "The name of the permissions boundary that every role has to have which the build makes. Its name, so that the policy is readable in a plan before the boundary is there."
  type        = string
  default     = "AqpTerraformPermissionsBoundary"
}

variable "environment" {
  description = "The environment of the account."
  type        = string
}

variable "handle_path" {
  description = "Where this environment's handles lie in SSM, without slashes at its ends."
  type        = string
}

variable "index" {
  description = "The private package index that builds install from."
  type        = object({ domain = string, repository = string })
  default     = { domain = "alphaswarm", repository = "alphaswarm-pypi" }

  validation {
    condition     = alltrue([for name in [var.index.domain, var.index.repository] : can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$", name))])
    error_message = "One domain and one repository by their names, without wildcards."
  }
}

variable "name_prefix" {
  description = "The first part of the names of the app tier's roles and secrets."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "The boundary of the service role."
  type        = string
}

variable "project_name" {
  description = "The project's name: the one that GitHub's apply role may start."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "role_name" {
  description = "The service role's name."
  type        = string
}

variable "state_bucket" {
  description = "The bucket of the account's Terraform states."
  type        = string
}

variable "state_key_arn" {
  description = "The KMS key of the states."
  type        = string
}

variable "state_tree" {
  description = "The app tier's part of the state bucket."
  type        = string
  default     = "alphaswarm_platform"
}
