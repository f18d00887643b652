variable "account_id" {
  description = "The account of this environment."
  type        = string
}

variable "availability_zones" {
  description = "The zones, by name and in order."
  type        = list(string)
}

variable "certificate_alternative_names" {
  description = "Further host names on the same certificate."
  type        = list(string)
  default     = []
}

variable "environment" {
  description = "The environment's name."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "There is no landing zone \"${var.environment}\". One of: dev, staging, prod."
  }
}

variable "hosted_zone_id" {
  description = "The Route 53 zone that proves the certificate; null leaves its validation records to somebody else."
  type        = string
  default     = null
}

variable "hostname" {
  description = "The admin's host name."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.hostname))
    error_message = "The host name is a DNS name in small letters, like admin.example.org."
  }
}

variable "name_prefix" {
  description = "What names begin with."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones instead of one a zone."
  type        = bool
}

variable "vpc_cidr" {
  description = "The VPC's addresses, a /16."
  type        = string
}
