variable "account_id" {
  description = "The account: roles can be assumed for tasks of this account only."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "alb_security_group_id" {
  description = "The only security group that tasks accept traffic from."
  type        = string
}

variable "cpu_architecture" {
  description = "The processor that all tasks run on; the images carry both."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "The CPU architecture is ARM64 or X86_64."
  }
}

variable "environment" {
  description = "The environment's name; it ends every name made here."
  type        = string
}

variable "kms_key_arn" {
  description = "The key for log groups, shell sessions and secrets."
  type        = string
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the logs."
  type        = number

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 7, 14, 30, 60, 90, 180, 365, 400, 545 or 731 days."
  }
}

variable "name_prefix" {
  description = "What every name made here begins with."
  type        = string
}

variable "permissions_boundary" {
  description = "The boundary of every role that is made here; without it the role that applies this tree may make none."
  type        = string
}

variable "private_subnet_ids" {
  description = "The subnets of the tasks. They have no public address."
  type        = list(string)
}

variable "region" {
  description = "The region of the logs and of the cluster."
  type        = string
}

variable "services" {
  description = <<-EOT
    The services by name: image as repository@sha256:digest (none while nothing is released), the repository's ARN, cpu (units) and memory (MiB) as
    Fargate offers them, the port that the load balancer talks to, the command that says whether the container is
    well, plain environment variables, secrets as environment variable => ARN in Secrets Manager or SSM, and further
    security groups whose members may reach something, like a database.
  EOT
  type = map(object({
    cpu              = number
    desired_count    = number
    environment      = optional(map(string), {})
    health_command   = list(string)
    image            = optional(string)
    memory           = number
    port             = number
    repository_arn   = string
    secrets          = optional(map(string), {})
    security_groups  = optional(list(string), [])
    target_group_arn = string
  }))

  validation {
    # A tag can be pointed at other bytes after the review; a digest cannot.
    condition     = alltrue([for service in var.services : service.image == null || can(regex("^[^@:]+(?::[0-9]+)?(?:/[^@:]+)?@sha256:[0-9a-f]{64}$", service.image))])
    error_message = "An image is given by digest: repository@sha256:<64 hex digits>. A tag is refused."
  }

  validation {
    condition = alltrue(flatten([
      for service in var.services : [
        for arn in values(service.secrets) : can(regex("^arn:[a-z-]+:(?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:|ssm:[a-z0-9-]+:[0-9]{12}:parameter/)", arn))
      ]
    ]))
    error_message = "A secret is given by its ARN in Secrets Manager or the SSM Parameter Store, never by its value."
  }

  validation {
    condition     = alltrue([for service in var.services : contains([256, 512, 1024, 2048, 4096, 8192, 16384], service.cpu)])
    error_message = "Fargate offers 256, 512, 1024, 2048, 4096, 8192 or 16384 CPU units."
  }

  validation {
    condition     = alltrue([for service in var.services : service.desired_count >= 0])
    error_message = "A service has zero tasks or more."
  }
}

variable "spot" {
  description = "Whether a fifth of the tasks beyond the first may run on spare capacity that AWS can take back."
  type        = bool
}

variable "vpc_id" {
  description = "The VPC of the tasks."
  type        = string
}
