variable "kms_key_arn" {
  description = "The key that encrypts the images."
  type        = string
}

variable "release_images_kept" {
  description = "How many released images (tags v*) each repository keeps to roll back to."
  type        = number
  default     = 30

  validation {
    condition     = var.release_images_kept >= 5
    error_message = "At least 5 released images are kept: a rollback needs something to go back to."
  }
}

variable "repositories" {
  description = "The repositories' names."
  type        = set(string)

  validation {
    condition     = alltrue([for name in var.repositories : can(regex("^[a-z0-9]+(?:[._/-][a-z0-9]+)*$", name))])
    error_message = "A repository's name has small letters and digits, separated by one of . _ / -."
  }
}

variable "untagged_days" {
  description = "After how many days an image without a tag goes."
  type        = number
  default     = 14

  validation {
    condition     = var.untagged_days >= 1
    error_message = "Untagged images stay for a day at least."
  }
}
