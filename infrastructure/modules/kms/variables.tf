variable "account_id" {
  description = "The account that owns the key."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "alias" {
  description = "The key's alias, without the leading alias/."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9/_-]+$", var.alias)) && !startswith(var.alias, "aws/")
    error_message = "An alias has letters, digits, /, _ and -, and does not begin with aws/, which is AWS's own."
  }
}

variable "deletion_window_days" {
  description = "How long a deleted key can be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "AWS allows 7 to 30 days."
  }
}

variable "description" {
  description = "What the key protects."
  type        = string
}

variable "region" {
  description = "The region whose CloudWatch Logs may use the key."
  type        = string
}

variable "services" {
  description = "Services that use the key in their own name, beside CloudWatch Logs: cloudtrail, cloudwatch (alarms that notify an encrypted topic)."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.services, ["cloudtrail", "cloudwatch"])) == 0
    error_message = "Of cloudtrail and cloudwatch."
  }
}
