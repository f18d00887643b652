variable "account_id" {
  description = "The account of this environment. Credentials of any other are refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "backend" {
  description = "The backend's size: Fargate CPU units, memory in MiB, number of tasks."
  type        = object({ cpu = number, desired_count = number, memory = number })
}

variable "backend_image_digest" {
  description = "The backend image: the digest of its multi-architecture index. A tag is refused. Without one the service does not run yet."
  type        = string
  default     = null

  validation {
    condition     = var.backend_image_digest == null || can(regex("^sha256:[0-9a-f]{64}$", var.backend_image_digest))
    error_message = "The backend image is given by digest (sha256:<64 hex digits>); a tag can change its meaning after the review."
  }
}

variable "environment" {
  description = "The environment of this root module."
  type        = string

  validation {
    condition     = contains(["minimum", "dev", "staging", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\". One of: minimum, dev, staging, prod."
  }
}

variable "frontend" {
  description = "The frontend's size: Fargate CPU units, memory in MiB, number of tasks."
  type        = object({ cpu = number, desired_count = number, memory = number })
}

variable "frontend_image_digest" {
  description = "The frontend image: the digest of its multi-architecture index. A tag is refused. Without one the service does not run yet."
  type        = string
  default     = null

  validation {
    condition     = var.frontend_image_digest == null || can(regex("^sha256:[0-9a-f]{64}$", var.frontend_image_digest))
    error_message = "The frontend image is given by digest (sha256:<64 hex digits>); a tag can change its meaning after the review."
  }
}

variable "hostname_prefix" {
  description = "What stands before the landing zone's admin host name, with its dot; empty where the environment owns that name."
  type        = string

  validation {
    condition     = can(regex("^(?:[a-z0-9-]+\\.)?$", var.hostname_prefix))
    error_message = "The prefix is empty or one label with its dot, like \"minimum.\"."
  }
}

variable "landing_zone" {
  description = "The landing zone to stand on: /alphaswarm/<landing_zone>/* is read."
  type        = string

  validation {
    # Only `minimum` has no landing zone of its own. Anything else here would mix two environments.
    condition     = var.landing_zone == (var.environment == "minimum" ? "dev" : var.environment)
    error_message = "An environment stands on its own landing zone; minimum stands on that of dev."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the logs."
  type        = number
}

variable "region" {
  description = "The region that is deployed to."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(?:-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region looks like us-east-1."
  }
}
