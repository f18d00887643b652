output "repository_arns" {
  description = "The repositories' ARNs by name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}

output "repository_urls" {
  description = "The repositories' addresses by name, without tag or digest."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}
