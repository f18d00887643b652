output "handles" {
  description = "The paths of the handles that were published."
  value       = sort([for parameter in aws_ssm_parameter.handle : parameter.name])
}

output "ledger_database" {
  description = "Where the ledger's database listens, and the secret with its administrator's password."
  value       = { endpoint = module.ledger.endpoint, master_secret_arn = module.ledger.master_secret_arn }
}

output "platform_repositories" {
  description = "The addresses of the platform services' image repositories by name."
  value       = module.ecr.repository_urls
}

output "trail_bucket" {
  description = "The bucket of the account's trail."
  value       = module.observability.trail_bucket
}
