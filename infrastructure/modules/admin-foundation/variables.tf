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

variable "kms_key_arn" {
  description = "The environment's key, for images and secrets."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "A key by its ARN, as the landing zone publishes it."
  }
}

variable "name_prefix" {
  description = "What names begin with."
  type        = string
}
