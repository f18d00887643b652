output "certificate_arn" {
  description = "The certificate's ARN; where this tree validates it, handed out once it is issued."
  value       = try(aws_acm_certificate_validation.admin[0].certificate_arn, aws_acm_certificate.admin.arn)
}

output "certificate_validation_records" {
  description = "The DNS records that prove the host names to ACM. Without a hosted zone somebody has to create them."
  value = {
    for name, option in local.validation : name => {
      name  = option.resource_record_name
      type  = option.resource_record_type
      value = option.resource_record_value
    }
  }
}

output "repositories" {
  description = "The image repositories: ARN and address of the backend's and the frontend's."
  value = {
    backend = {
      arn = module.ecr.repository_arns["${var.name_prefix}-admin"]
      url = module.ecr.repository_urls["${var.name_prefix}-admin"]
    }
    frontend = {
      arn = module.ecr.repository_arns["${var.name_prefix}-admin-frontend"]
      url = module.ecr.repository_urls["${var.name_prefix}-admin-frontend"]
    }
  }
}

output "secret_arns" {
  description = "The secrets' ARNs by name."
  value       = { for name, secret in aws_secretsmanager_secret.admin : name => secret.arn }
}
