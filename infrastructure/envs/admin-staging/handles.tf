# What this tree tells the app tier, and the only place where it does.
locals {
  handles = {
    acm_certificate_arn_alb           = { type = "String", value = module.foundation.certificate_arn }
    admin_hostname                    = { type = "String", value = var.hostname }
    admin_ledger_url_secret_arn       = { type = "String", value = module.foundation.secret_arns["ledger-url"] }
    admin_session_key_secret_arn      = { type = "String", value = module.foundation.secret_arns["session-key"] }
    alb_access_logs_bucket            = { type = "String", value = var.alb_access_logs_bucket }
    ecr_admin_frontend_repository_arn = { type = "String", value = module.foundation.repositories.frontend.arn }
    ecr_admin_frontend_repository_url = { type = "String", value = module.foundation.repositories.frontend.url }
    ecr_admin_repository_arn          = { type = "String", value = module.foundation.repositories.backend.arn }
    ecr_admin_repository_url          = { type = "String", value = module.foundation.repositories.backend.url }
    hosted_zone_id                    = { type = "String", value = var.hosted_zone_id }
  }

  # SSM keeps no empty values: an optional handle that has none is not published.
  left_out = toset([
    for name, value in {
      alb_access_logs_bucket = var.alb_access_logs_bucket
      hosted_zone_id         = var.hosted_zone_id
    } : name if value == null
  ])
}

resource "aws_ssm_parameter" "handle" {
  for_each = { for name, handle in local.handles : name => handle if !contains(local.left_out, name) }

  name           = "/alphaswarm/${var.environment}/${each.key}"
  description    = "Published by infrastructure/envs/admin-${var.environment}"
  type           = each.value.type
  insecure_value = each.value.value
}
