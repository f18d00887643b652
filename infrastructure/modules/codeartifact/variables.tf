variable "domain" {
  description = "The domain's name."
  type        = string
  default     = "alphaswarm"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,48}[a-z0-9]$", var.domain))
    error_message = "A domain has 2 to 50 small letters, digits and hyphens."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the packages."
  type        = string
}

variable "repository" {
  description = "The repository that builds install from and that our packages are published to."
  type        = string
  default     = "alphaswarm-pypi"
}

variable "store" {
  description = "The repository that holds what was fetched from the public index."
  type        = string
  default     = "pypi-store"

  validation {
    condition     = var.store != var.repository
    error_message = "Two repositories: in one, a public package of an internal name would be offered beside ours."
  }
}
