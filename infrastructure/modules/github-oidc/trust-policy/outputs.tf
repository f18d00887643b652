output "apply_policy" {
  description = "The apply role's trust policy, JSON."
  value       = local.policies.apply

  precondition {
    condition     = length(local.policies.apply) <= var.largest_policy
    error_message = "The apply role's trust policy has ${length(local.policies.apply)} characters and AWS takes ${var.largest_policy}. Name fewer workflow files, settle subject formats that are `both`, or ask AWS for more (quota \"Role trust policy length\", up to 4096) and set largest_policy."
  }
}

output "apply_subjects" {
  description = "The subjects that the apply role trusts."
  value       = local.subjects.apply
}

output "plan_policy" {
  description = "The plan role's trust policy, JSON."
  value       = local.policies.plan

  precondition {
    condition     = length(local.policies.plan) <= var.largest_policy
    error_message = "The plan role's trust policy has ${length(local.policies.plan)} characters and AWS takes ${var.largest_policy}. Name fewer workflow files, settle subject formats that are `both`, or ask AWS for more (quota \"Role trust policy length\", up to 4096) and set largest_policy."
  }
}

output "plan_subjects" {
  description = "The subjects that the plan role trusts."
  value       = local.subjects.plan
}
