output "certificate_validation_records" {
  description = "The DNS records that prove the host names to ACM. Without a hosted zone somebody has to create them: the app tier's listener needs an issued certificate."
  value       = module.foundation.certificate_validation_records
}

output "handles" {
  description = "The paths of the handles that were published."
  value       = sort([for parameter in aws_ssm_parameter.handle : parameter.name])
}

output "secret_arns" {
  description = "The secrets that need a value before the first task can start."
  value       = module.foundation.secret_arns
}
