output "deployer_role_arn" {
  description = "The role that GitHub's jobs assume to change this environment: the variable AWS_DEPLOYER_ROLE_ARN of its GitHub environment."
  value       = module.github_oidc.apply_role_arn
}

output "execution_role" {
  description = "The role under which the landing zone is applied, and the external id that the apply role has to name."
  value       = { arn = module.account.execution_role_arn, external_id = module.account.external_id }
}

output "handles" {
  description = "The paths of the handles that were published."
  value       = sort([for parameter in aws_ssm_parameter.handle : parameter.name])
}

output "plan_role_arn" {
  description = "The role that GitHub's jobs assume to plan: the variable AWS_PLAN_ROLE_ARN of its GitHub environment."
  value       = module.github_oidc.plan_role_arn
}

output "state_bucket" {
  description = "The bucket of the account's Terraform states."
  value       = module.state.bucket
}
