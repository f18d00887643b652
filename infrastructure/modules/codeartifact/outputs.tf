output "domain_arn" {
  description = "The domain's ARN."
  value       = aws_codeartifact_domain.this.arn
}

output "repository" {
  description = "The name of the repository that builds install from."
  value       = aws_codeartifact_repository.internal.repository
}

output "repository_arn" {
  description = "That repository's ARN."
  value       = aws_codeartifact_repository.internal.arn
}
