variable "account_id" {
  description = "The account whose states these are."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "bucket" {
  description = "The bucket's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 small letters, digits and hyphens (no dots: TLS could not be verified)."
  }
}

variable "environment" {
  description = "The environment of the account."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}
