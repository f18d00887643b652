variable "account_id" {
  description = "The account of this environment. Credentials of any other are refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "alarm_emails" {
  description = "Who hears of alarms, by mail address."
  type        = set(string)
  default     = []
}

variable "availability_zones" {
  description = "The zones, by name and in order: the order decides the subnets' addresses, so it is only ever extended."
  type        = list(string)
}

variable "deploy_compute_type" {
  description = "The size of the build that applies the app tier."
  type        = string
}

variable "endpoint_zones" {
  description = "In how many of the zones the interface endpoints have an address."
  type        = number
}

variable "environment" {
  description = "The environment of this root module."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "There is no landing zone \"${var.environment}\". One of: dev, staging, prod."
  }
}

variable "image_compute_type" {
  description = "The size of the build that builds images."
  type        = string
}

variable "ledger_database" {
  description = "The ledger's database: class, storage in GiB to begin with, days of backups, and whether there is a standby in another zone."
  type = object({
    instance_class = string
    storage_gib    = number
    backup_days    = number
    multi_az       = bool
  })

  validation {
    condition     = var.environment == "dev" || var.ledger_database.multi_az
    error_message = "Outside dev the ledger's database has a standby: while it is away nothing is deployed."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept in CloudWatch, in days."
  type        = number
}

variable "node_groups" {
  description = "The cluster's node groups by name: instance types, smallest and largest number of nodes."
  type = map(object({
    instance_types = list(string)
    smallest       = number
    largest        = number
  }))
}

variable "platform_services" {
  description = "The platform's services that have an image repository, beside the admin's."
  type        = set(string)
  default     = ["agent", "control-plane", "core", "ingester", "ml", "worker"]
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

variable "repository_url" {
  description = "The repository that builds check out."
  type        = string
  default     = "https://github.com/Alpha-Swarm-ai/alphaswarm_platform.git"
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones (cheap; its zone is a single point of failure) instead of one a zone."
  type        = bool
}

variable "trail_retention_days" {
  description = "How long the account's trail is kept, in days."
  type        = number
}

variable "vpc_cidr" {
  description = "The VPC's addresses, a /16."
  type        = string
}
