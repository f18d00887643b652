variable "account_id" {
  description = "The account of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "cluster_role_name" {
  description = "The name of the control plane's role."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts the cluster's secrets and logs."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes' version."
  type        = string
  default     = "1.32"

  validation {
    condition     = can(regex("^1\\.(3[0-9])$", var.kubernetes_version))
    error_message = "Kubernetes 1.30 or newer, like 1.32."
  }
}

variable "log_retention_days" {
  description = "How long the control plane's logs are kept, in days."
  type        = number
}

variable "name" {
  description = "The cluster's name."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{0,99}$", var.name))
    error_message = "A cluster has letters, digits and hyphens."
  }
}

variable "node_groups" {
  description = "The node groups by name: instance types, smallest and largest number of nodes, and each node's disk in GiB."
  type = map(object({
    instance_types = list(string)
    smallest       = number
    largest        = number
    disk_gib       = optional(number, 50)
  }))

  validation {
    condition     = length(var.node_groups) > 0
    error_message = "One node group at least: without nodes nothing runs."
  }

  validation {
    condition     = alltrue([for group in var.node_groups : group.smallest >= 1 && group.largest >= group.smallest && length(group.instance_types) > 0])
    error_message = "A node group has an instance type, one node at least, and a largest number that is not below the smallest."
  }
}

variable "node_role_name" {
  description = "The name of the nodes' role."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "The boundary of both roles."
  type        = string
}

variable "subnet_ids" {
  description = "The private subnets, in two zones at least."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "EKS wants subnets in two zones at least."
  }
}
