# This tree is changed only through the runtime, which writes a row in terraform_runs before it starts Terraform and
# hands the row's id over. Whatever needs the provider evaluates this rule, because the provider's configuration uses the
# variable (main.tf). A saved plan carries the id in its variables, where the runtime compares it with the row; no
# resource and no output uses it, so two runs do not differ.
variable "run_id" {
  description = "The id of the run in the ledger (a UUIDv7). Set by the runtime; not for people to choose."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", var.run_id))
    error_message = "This tree cannot be planned, applied, destroyed or refreshed with a bare terraform command: nothing would record it. Use `alphaswarm deploy plan --env ${var.environment}` or `alphaswarm deploy up --env ${var.environment}`: they write a row in terraform_runs first and then hand its run id to Terraform."
  }
}
