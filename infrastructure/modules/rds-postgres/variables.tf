variable "backup_days" {
  description = "How many days of backups are kept, to the second."
  type        = number

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 35
    error_message = "From 7 to 35 days: a mistake is often found after a weekend, and AWS keeps no more."
  }
}

variable "database" {
  description = "The database's name."
  type        = string
  default     = "ledger"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database))
    error_message = "A database has up to 63 small letters, digits and underscores."
  }
}

variable "engine_version" {
  description = "PostgreSQL's version."
  type        = string
  default     = "16.8"

  validation {
    condition     = can(regex("^1[5-9]\\.[0-9]+$", var.engine_version))
    error_message = "PostgreSQL 15 or newer, like 16.8."
  }
}

variable "instance_class" {
  description = "The instance's class."
  type        = string

  validation {
    condition     = startswith(var.instance_class, "db.")
    error_message = "A class begins with db., like db.t4g.micro."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the storage, the password, the logs and the performance data."
  type        = string
}

variable "log_retention_days" {
  description = "How long the database's logs are kept, in days."
  type        = number
}

variable "multi_az" {
  description = "A standby in another zone, to which AWS moves by itself."
  type        = bool
}

variable "name" {
  description = "The instance's name; its parts are named after it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,50}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "An instance has small letters, digits and single hyphens, and begins with a letter."
  }
}

variable "storage_gib" {
  description = "The storage to begin with, in GiB; it grows by itself to five times that."
  type        = number

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 1000
    error_message = "From 20 GiB, AWS's smallest, to 1000."
  }
}

variable "subnet_ids" {
  description = "The private subnets, in two zones at least."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A subnet in two zones at least: without them there is nowhere for a standby."
  }
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}
