output "project_name" {
  description = "The deploy build's project."
  value       = aws_codebuild_project.deploy.name
}

output "role_arn" {
  description = "The role that the deploy build acts with."
  value       = local.role_arn
}
