output "apply_role_arn" {
  description = "The role that jobs assume to change the environment: AWS_DEPLOYER_ROLE_ARN."
  value       = aws_iam_role.apply.arn
}

output "apply_subjects" {
  description = "The subjects that the apply role trusts."
  value       = module.trust.apply_subjects
}

output "plan_role_arn" {
  description = "The role that jobs assume to plan: AWS_PLAN_ROLE_ARN."
  value       = aws_iam_role.plan.arn
}

output "plan_subjects" {
  description = "The subjects that the plan role trusts."
  value       = module.trust.plan_subjects
}

output "provider_arn" {
  description = "The account's OIDC provider for GitHub."
  value       = aws_iam_openid_connect_provider.github.arn
}
