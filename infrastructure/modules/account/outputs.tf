output "execution_role_arn" {
  description = "The role under which the landing zone is applied."
  # Written out, so that the policies that name it are readable in a plan before the role is there.
  value = "${local.iam}:role/${var.execution_role_name}"
}

output "external_id" {
  description = "What the apply role has to name when it becomes the execution role."
  value       = var.external_id
}

output "permissions_boundary_arn" {
  description = "The boundary of every role of the deployment."
  value       = aws_iam_policy.boundary.arn
}
