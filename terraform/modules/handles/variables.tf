variable "landing_zone" {
  description = "The landing zone to stand on: the <env> of /alphaswarm/<env>/* and of infrastructure/envs/admin-<env>."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.landing_zone)
    error_message = "There is no landing zone \"${var.landing_zone}\". One of: dev, staging, prod."
  }
}
