variable "apply_workflow_files" {
  description = "The workflow files whose jobs may assume the apply role: OWNER/REPO/.github/workflows/FILE.yml@refs/heads/main. GitHub writes the file that defines the job: of a job in a reusable workflow the callee."
  type        = set(string)

  validation {
    condition     = length(var.apply_workflow_files) > 0
    error_message = "Without a workflow file nobody can apply. Name the files, like OWNER/REPO/.github/workflows/deploy.yml@refs/heads/main."
  }

  validation {
    condition     = alltrue([for file in var.apply_workflow_files : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+/\\.github/workflows/[A-Za-z0-9._-]+\\.ya?ml@refs/heads/main$", file))])
    error_message = "A workflow file is written OWNER/REPO/.github/workflows/FILE.yml@refs/heads/main, without wildcards: any other branch or tag is somebody's own to write."
  }

  validation {
    condition     = alltrue([for file in var.apply_workflow_files : contains(var.repositories[*].name, join("/", slice(concat(split("/", file), ["", ""]), 0, 2)))])
    error_message = "A workflow file lies in none of the repositories: whoever writes to that other repository would decide what an apply is."
  }
}

variable "approvals" {
  description = "How many people have to approve a change of the environment. With any, the environment's own subject is the only way to the apply role."
  type        = number

  validation {
    condition     = var.approvals >= 0 && var.approvals <= 6 && floor(var.approvals) == var.approvals
    error_message = "Approvals are counted in whole people, 0 to 6 (GitHub lists no more reviewers)."
  }
}

variable "audience" {
  description = "The audience that tokens are asked for."
  type        = string
  default     = "sts.amazonaws.com"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9.:/_-]*$", var.audience))
    error_message = "The audience is a plain name like sts.amazonaws.com, without wildcards."
  }
}

variable "environment" {
  description = "The GitHub environment of this account."
  type        = string

  validation {
    # GitHub takes Prod and prod for one environment and puts the job's spelling into the token; AWS takes them for two.
    condition     = can(regex("^[a-z][a-z0-9-]{0,31}$", var.environment))
    error_message = "An environment has small letters, digits and hyphens, like prod."
  }
}

variable "largest_policy" {
  description = "The account's quota of a trust policy's length, in characters: 2048 unless AWS raised it, 4096 at most."
  type        = number
  default     = 2048

  validation {
    condition     = var.largest_policy >= 2048 && var.largest_policy <= 4096
    error_message = "AWS allows trust policies of 2048 characters, and up to 4096 on request."
  }
}

variable "plan_workflow_files" {
  description = "Empty: any job of the repositories' pull requests and of main may plan. Otherwise the files that define the jobs, in the form of apply_workflow_files. Of a pull request only a reusable workflow that is called as OWNER/REPO/.github/workflows/FILE.yml@main fits; the pull request's own files have its own ref."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for file in var.plan_workflow_files : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+/\\.github/workflows/[A-Za-z0-9._-]+\\.ya?ml@refs/heads/main$", file))])
    error_message = "A workflow file is written OWNER/REPO/.github/workflows/FILE.yml@refs/heads/main, without wildcards."
  }

  validation {
    condition     = alltrue([for file in var.plan_workflow_files : contains(var.repositories[*].name, join("/", slice(concat(split("/", file), ["", ""]), 0, 2)))])
    error_message = "A workflow file lies in none of the repositories."
  }
}

variable "provider_arn" {
  description = "The ARN of the account's OIDC provider for GitHub."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.provider_arn))
    error_message = "The provider is the account's own for GitHub: arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com."
  }
}

variable "repositories" {
  description = "The deploying repositories: OWNER/REPO in GitHub's spelling, both ids (`gh api repos/OWNER/REPO --jq '.id, .owner.id'`), and how their subjects are written: immutable (with ids), legacy (without), or both while a repository moves from one to the other."
  type = list(object({
    name           = string
    id             = string
    owner_id       = string
    subject_format = string
  }))

  validation {
    condition     = length(var.repositories) > 0
    error_message = "At least one repository deploys."
  }

  validation {
    condition     = alltrue([for repository in var.repositories : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/[A-Za-z0-9._-]{1,100}$", repository.name))])
    error_message = "A repository is written OWNER/REPO, without wildcards."
  }

  validation {
    # A name can be given up and taken by somebody else; an id cannot.
    condition     = alltrue(flatten([for repository in var.repositories : [for id in [repository.id, repository.owner_id] : can(regex("^[1-9][0-9]{0,19}$", id))]]))
    error_message = "Both ids of a repository are numbers."
  }

  validation {
    condition     = length(distinct(var.repositories[*].id)) == length(var.repositories) && length(distinct(var.repositories[*].name)) == length(var.repositories)
    error_message = "Two repositories have the same name or the same id."
  }

  validation {
    condition     = alltrue([for repository in var.repositories : contains(["immutable", "legacy", "both"], repository.subject_format)])
    error_message = "A subject format is immutable, legacy or both."
  }
}
