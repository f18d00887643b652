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

variable "name" {
  description = "The VPC's name; its parts are named after it."
  type        = string
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones (cheap; its zone is a single point of failure) instead of one a zone."
  type        = bool
}
