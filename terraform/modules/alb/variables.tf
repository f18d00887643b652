variable "access_logs_bucket" {
  description = "The S3 bucket for access logs; null keeps none. Its policy has to let the load balancer write."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "The ACM certificate for the host name. It has to be issued, or AWS refuses the listener."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:", var.certificate_arn))
    error_message = "The certificate is given by its ACM ARN."
  }
}

variable "cognito" {
  description = "Who signs people in: the pool, its client with a secret, and the domain prefix of its sign-in page."
  type = object({
    client_id     = string
    domain        = string
    user_pool_arn = string
  })
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer."
  type        = bool
}

variable "environment" {
  description = "The environment's name; it ends the target groups' names."
  type        = string
}

variable "hostname" {
  description = "The only host name that is served. Anything else gets 404 before anything is asked of it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.hostname))
    error_message = "The host name is a DNS name in small letters, like admin.example.org."
  }
}

variable "name" {
  description = "The load balancer's name (at most 32 characters)."
  type        = string

  validation {
    condition     = length(var.name) <= 32
    error_message = "AWS allows 32 characters for a load balancer's name; \"${var.name}\" is longer."
  }
}

variable "public_subnet_ids" {
  description = "The subnets of the load balancer, in two zones at least."
  type        = list(string)

  validation {
    condition     = length(var.public_subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two availability zones at least."
  }
}

variable "session_seconds" {
  description = "How long a signed-in browser stays signed in."
  type        = number
  default     = 28800

  validation {
    condition     = var.session_seconds >= 300 && var.session_seconds <= 43200
    error_message = "A session lasts between 5 minutes and 12 hours (300 to 43200 seconds)."
  }
}

variable "ssl_policy" {
  description = "The TLS policy of the listener."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  validation {
    condition = contains([
      "ELBSecurityPolicy-TLS13-1-2-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      "ELBSecurityPolicy-TLS13-1-3-2021-06",
    ], var.ssl_policy)
    error_message = "Only policies that offer TLS 1.3 and nothing below 1.2 are allowed."
  }
}

variable "targets" {
  description = <<-EOT
    What stands behind the load balancer, by name. `paths` are matched in the order of `priority` (100 and up).
    `health_rule_priority` (below 100) opens GET on exactly `health_path` to callers who are not signed in; null
    keeps it closed: the load balancer's own health checks do not pass through rules. `unauthenticated` is what a
    caller gets who is not signed in: a browser is sent to the sign-in page (authenticate), an API call gets 401 (deny).
  EOT
  type = map(object({
    health_path          = string
    health_rule_priority = optional(number)
    paths                = list(string)
    port                 = number
    priority             = number
    unauthenticated      = string
  }))

  validation {
    condition     = alltrue([for target in var.targets : target.priority >= 100])
    error_message = "Rules behind the sign-in have a priority of 100 or more."
  }

  validation {
    condition     = alltrue([for target in var.targets : try(target.health_rule_priority < 100, true)])
    error_message = "An open health rule has a priority below 100: after the sign-in rule it would never be reached."
  }

  validation {
    # `allow` exists in the API and would let everybody in.
    condition     = alltrue([for target in var.targets : contains(["authenticate", "deny"], target.unauthenticated)])
    error_message = "A caller who is not signed in is sent to sign in (authenticate) or refused (deny); nothing else."
  }

  validation {
    # A wildcard here would open everything below it.
    condition     = alltrue([for target in var.targets : can(regex("^/[a-z0-9/_-]+$", target.health_path))])
    error_message = "A health path is one literal path: no wildcard, no query."
  }

  validation {
    condition     = alltrue([for name in keys(var.targets) : length("${name}-${var.environment}") <= 32])
    error_message = "AWS allows 32 characters for a target group's name (<target>-<environment>)."
  }
}

variable "vpc_id" {
  description = "The VPC of the targets."
  type        = string
}
