variable "callback_url" {
  description = "Where Cognito sends a signed-in browser back to. An ALB answers on https://<host>/oauth2/idpresponse only."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+/oauth2/idpresponse$", var.callback_url))
    error_message = "The callback URL of an ALB is https://<host>/oauth2/idpresponse, without port, query or capitals."
  }
}

variable "deletion_protection" {
  description = "Whether the pool, and with it every account in it, is protected from being destroyed."
  type        = bool
}

variable "domain_prefix" {
  description = "The sign-in page's host: <prefix>.auth.<region>.amazoncognito.com. Unique in the whole region."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix)) && !can(regex("aws|amazon|cognito", var.domain_prefix))
    error_message = "A Cognito domain prefix has 1-63 of a-z, 0-9 and inner hyphens, and must not contain aws, amazon or cognito."
  }
}

variable "logout_url" {
  description = "Where Cognito sends a signed-out browser."
  type        = string

  validation {
    condition     = can(regex("^https://", var.logout_url))
    error_message = "The logout URL has to be https."
  }
}

variable "mfa" {
  description = "Whether a second factor (TOTP) is asked of everybody (ON) or of those who set one up (OPTIONAL)."
  type        = string

  validation {
    condition     = contains(["ON", "OPTIONAL"], var.mfa)
    error_message = "MFA is ON or OPTIONAL. Without any second factor nobody gets in front of a deployment."
  }
}

variable "name" {
  description = "The pool's name."
  type        = string
}
