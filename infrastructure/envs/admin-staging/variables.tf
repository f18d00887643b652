variable "account_id" {
  description = "The account of this environment. Credentials of any other are refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "alb_access_logs_bucket" {
  description = "The bucket for the load balancer's access logs; null publishes no such handle."
  type        = string
  default     = null
}

variable "certificate_alternative_names" {
  description = "Further host names on the admin's certificate."
  type        = list(string)
}

variable "environment" {
  description = "The environment of this root module."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "There is no landing zone \"${var.environment}\". One of: dev, staging, prod."
  }
}

variable "hosted_zone_id" {
  description = "The Route 53 zone of the host name; null leaves the certificate's validation records and the host name to somebody else."
  type        = string
  default     = null
}

variable "hostname" {
  description = "The admin's host name."
  type        = string
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
