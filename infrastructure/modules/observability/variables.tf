variable "account_id" {
  description = "The account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "alarm_emails" {
  description = "Who hears of alarms, by mail address. Empty: whoever subscribes to the topic."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "Mail addresses, like on-call@example.org."
  }
}

variable "build_projects" {
  description = "The CodeBuild projects whose failures are told: a short name, and the project's."
  type        = map(string)
}

variable "database_identifier" {
  description = "The ledger's database instance."
  type        = string
}

variable "environment" {
  description = "The environment of the account."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts trail, topic and logs. It has to let cloudtrail and cloudwatch use it."
  type        = string
}

variable "log_retention_days" {
  description = "How long the trail stays searchable in CloudWatch Logs, in days."
  type        = number
}

variable "name_prefix" {
  description = "The first part of all names."
  type        = string
}

variable "nat_gateway_ids" {
  description = "The NAT gateways by zone."
  type        = map(string)
}

variable "permissions_boundary_arn" {
  description = "The boundary of the trail's role."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "trail_retention_days" {
  description = "How long the trail is kept in its bucket, in days."
  type        = number
  default     = 731

  validation {
    condition     = var.trail_retention_days >= 365
    error_message = "A year at least: audits look back that far."
  }
}

variable "trail_role_name" {
  description = "The name of the role with which the trail writes to its log group."
  type        = string
}
