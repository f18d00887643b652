# What the admin's app tier stands on: image repositories, certificate, empty secrets. Network and key are the landing zone's.
locals {
  name = "${var.name_prefix}-${var.environment}"

  secrets = {
    ledger-url  = "The database URL of the ledger that the admin reads"
    session-key = "The key with which the admin signs its sessions"
  }
}

module "ecr" {
  source = "../ecr-repositories"

  repositories = ["${var.name_prefix}-admin", "${var.name_prefix}-admin-frontend"]
  kms_key_arn  = var.kms_key_arn
}

# Containers only. A person or a rotation function puts the value in, so that no value is ever in a plan or a state.
resource "aws_secretsmanager_secret" "admin" {
  for_each = local.secrets

  name                    = "${local.name}/admin/${each.key}"
  description             = each.value
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 30
}

resource "aws_acm_certificate" "admin" {
  domain_name               = var.hostname
  subject_alternative_names = var.certificate_alternative_names
  validation_method         = "DNS"

  # A listener uses it: the new one is there before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  # The names are known before the certificate is; its options are not.
  for_each = var.hosted_zone_id == null ? [] : toset(concat([var.hostname], var.certificate_alternative_names))

  zone_id = var.hosted_zone_id
  name    = local.validation[each.key].resource_record_name
  type    = local.validation[each.key].resource_record_type
  records = [local.validation[each.key].resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "admin" {
  count = var.hosted_zone_id == null ? 0 : 1

  certificate_arn         = aws_acm_certificate.admin.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

locals {
  validation = { for option in aws_acm_certificate.admin.domain_validation_options : option.domain_name => option }
}
