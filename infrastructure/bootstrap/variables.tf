variable "account_id" {
  description = "The account of this environment. Credentials of any other are refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "apply_workflow_files" {
  description = "The workflow files whose jobs may assume the apply role: OWNER/REPO/.github/workflows/FILE.yml@refs/heads/main."
  type        = set(string)
}

variable "approvals" {
  description = "How many people have to approve a change of this environment, as alphaswarm.toml says."
  type        = number
}

variable "environment" {
  description = "The environment whose account this is."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "There is no landing zone \"${var.environment}\". One of: dev, staging, prod."
  }
}

variable "github_repositories" {
  description = "The deploying repositories: name in GitHub's spelling, both ids, and how their subjects are written (immutable, legacy, both)."
  type = list(object({
    name           = string
    id             = string
    owner_id       = string
    subject_format = string
  }))
}

variable "plan_workflow_files" {
  description = "The workflow files whose jobs may plan; empty: any file of the repositories, since a pull request brings its own."
  type        = set(string)
  default     = []
}

variable "region" {
  description = "The region."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(?:-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region looks like us-east-1."
  }
}
