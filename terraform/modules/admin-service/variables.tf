variable "account_id" {
  description = "The account that is deployed to."
  type        = string
}

variable "alb_access_logs_bucket" {
  description = "The bucket for the load balancer's access logs; null keeps none."
  type        = string
  default     = null
}

variable "backend" {
  description = "The backend's size: Fargate CPU units, memory in MiB, number of tasks."
  type        = object({ cpu = number, desired_count = number, memory = number })
}

variable "backend_image_digest" {
  description = "The backend image: the digest of its multi-architecture index; null while there is none."
  type        = string

  validation {
    condition     = var.backend_image_digest == null || can(regex("^sha256:[0-9a-f]{64}$", var.backend_image_digest))
    error_message = "The backend image is given by digest (sha256:<64 hex digits>); a tag can change its meaning after the review."
  }
}

variable "backend_repository" {
  description = "The ECR repository of the backend."
  type        = object({ arn = string, url = string })
}

variable "certificate_arn" {
  description = "The issued certificate for the host name."
  type        = string
}

variable "environment" {
  description = "The environment's name."
  type        = string

  validation {
    condition     = contains(["minimum", "dev", "staging", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\". One of: minimum, dev, staging, prod."
  }
}

variable "frontend" {
  description = "The frontend's size: Fargate CPU units, memory in MiB, number of tasks."
  type        = object({ cpu = number, desired_count = number, memory = number })
}

variable "frontend_image_digest" {
  description = "The frontend image: the digest of its multi-architecture index; null while there is none."
  type        = string

  validation {
    condition     = var.frontend_image_digest == null || can(regex("^sha256:[0-9a-f]{64}$", var.frontend_image_digest))
    error_message = "The frontend image is given by digest (sha256:<64 hex digits>); a tag can change its meaning after the review."
  }
}

variable "frontend_repository" {
  description = "The ECR repository of the frontend."
  type        = object({ arn = string, url = string })
}

variable "hosted_zone_id" {
  description = "The Route 53 zone in which the host name is pointed at the load balancer; null leaves DNS to somebody else."
  type        = string
  default     = null
}

variable "hostname" {
  description = "The host name that people type."
  type        = string
}

variable "kms_key_arn" {
  description = "The environment's key."
  type        = string
}

variable "ledger_client_security_group_id" {
  description = "The security group whose members reach the ledger's database: the backend gets it."
  type        = string

  validation {
    condition     = startswith(var.ledger_client_security_group_id, "sg-")
    error_message = "A security group by its id, as the landing zone publishes it."
  }
}

variable "ledger_url_secret_arn" {
  description = "The secret that holds the ledger's database URL."
  type        = string
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the logs."
  type        = number
}

variable "name_prefix" {
  description = "What every name begins with."
  type        = string
}

variable "permissions_boundary" {
  description = "The boundary of every role that is made here; without it the role that applies this tree may make none."
  type        = string
}

variable "private_subnet_ids" {
  description = "The subnets of the tasks."
  type        = list(string)
}

variable "public_subnet_ids" {
  description = "The subnets of the load balancer."
  type        = list(string)
}

variable "region" {
  description = "The region that is deployed to."
  type        = string
}

variable "session_key_secret_arn" {
  description = "The secret that holds the key with which the admin signs its sessions."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}
