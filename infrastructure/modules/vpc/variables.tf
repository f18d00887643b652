variable "account_id" {
  description = "The account that owns the VPC."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "availability_zones" {
  description = "The zones, by name and in order: the order decides the subnets' addresses, so it is only ever extended."
  type        = list(string)

  validation {
    condition     = length(var.availability_zones) >= 2 && length(var.availability_zones) <= 4
    error_message = "Two to four availability zones: a load balancer needs two, and the address plan has room for four."
  }
}

variable "cidr" {
  description = "The VPC's addresses, a /16."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "The VPC has a /16, like 10.10.0.0/16."
  }
}

variable "endpoint_zones" {
  description = "In how many of the zones, from the first, the interface endpoints have an address. Each costs by the hour."
  type        = number
  default     = 1

  validation {
    condition     = var.endpoint_zones >= 1 && var.endpoint_zones <= length(var.availability_zones)
    error_message = "From one zone to all of them."
  }
}

variable "flow_log_role_name" {
  description = "The name of the role that writes the flow logs."
  type        = string
}

variable "interface_endpoints" {
  description = "The AWS services that are reached inside the VPC, by the last part of their endpoints' names, like ecr.api."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.interface_endpoints : can(regex("^[a-z][a-z0-9.-]*$", name)) && !startswith(name, "com.")])
    error_message = "The last part of an endpoint's name, like ecr.api, not com.amazonaws.REGION.ecr.api."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the flow logs."
  type        = string
}

variable "log_retention_days" {
  description = "How long flow logs are kept, in days."
  type        = number

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 731], var.log_retention_days)
    error_message = "One of 7, 14, 30, 60, 90, 180, 365, 731 days."
  }
}

variable "name" {
  description = "The VPC's name; its parts are named after it."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "The boundary of the flow logs' role."
  type        = string
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones (cheap; its zone is a single point of failure) instead of one a zone."
  type        = bool
}
