# The admin: a FastAPI backend and a Next.js frontend behind one load balancer that asks Cognito who is there.
locals {
  # Decided here and not by a value in a tfvars file: an edit of sizes cannot take production's protection away.
  production = var.environment == "prod"
  url        = "https://${var.hostname}"

  backend = {
    name   = "admin"
    port   = 8900
    health = "/admin/health"
  }

  frontend = {
    name   = "admin-frontend"
    port   = 3000
    health = "/healthz"
  }
}

module "cognito" {
  source = "../cognito-userpool"

  name                = "${var.name_prefix}-admin-${var.environment}"
  domain_prefix       = "${var.name_prefix}-admin-${var.environment}-${var.account_id}"
  callback_url        = "${local.url}/oauth2/idpresponse"
  logout_url          = local.url
  mfa                 = local.production ? "ON" : "OPTIONAL"
  deletion_protection = local.production
}

module "alb" {
  source = "../alb"

  name                = "${var.name_prefix}-admin-${var.environment}"
  environment         = var.environment
  hostname            = var.hostname
  certificate_arn     = var.certificate_arn
  vpc_id              = var.vpc_id
  public_subnet_ids   = var.public_subnet_ids
  access_logs_bucket  = var.alb_access_logs_bucket
  deletion_protection = local.production

  cognito = {
    client_id     = module.cognito.client_id
    domain        = module.cognito.domain
    user_pool_arn = module.cognito.user_pool_arn
  }

  targets = {
    (local.backend.name) = {
      port                 = local.backend.port
      health_path          = local.backend.health
      health_rule_priority = 10
      paths                = ["/admin", "/admin/*"]
      priority             = 100
      # An API client cannot follow a redirect to a sign-in page; the frontend sends the browser there.
      unauthenticated = "deny"
    }
    (local.frontend.name) = {
      port            = local.frontend.port
      health_path     = local.frontend.health
      paths           = ["/*"]
      priority        = 200
      unauthenticated = "authenticate"
    }
  }
}

locals {
  # A service without an image is prepared and does not run: no tag and no stand-in takes its place.
  images = {
    (local.backend.name)  = var.backend_image_digest == null ? null : "${var.backend_repository.url}@${var.backend_image_digest}"
    (local.frontend.name) = var.frontend_image_digest == null ? null : "${var.frontend_repository.url}@${var.frontend_image_digest}"
  }
}

module "ecs" {
  source = "../ecs-fargate-control-plane"

  name_prefix           = var.name_prefix
  environment           = var.environment
  account_id            = var.account_id
  region                = var.region
  vpc_id                = var.vpc_id
  private_subnet_ids    = var.private_subnet_ids
  alb_security_group_id = module.alb.security_group_id
  kms_key_arn           = var.kms_key_arn
  permissions_boundary  = var.permissions_boundary
  log_retention_days    = var.log_retention_days
  spot                  = !local.production

  services = {
    (local.backend.name) = merge(var.backend, {
      image            = local.images[local.backend.name]
      repository_arn   = var.backend_repository.arn
      port             = local.backend.port
      target_group_arn = module.alb.target_group_arns[local.backend.name]
      health_command = [
        "CMD", "python", "-c",
        "import urllib.request as r; r.urlopen('http://127.0.0.1:${local.backend.port}${local.backend.health}', timeout=4)",
      ]
      environment = {
        ALPHASWARM_ADMIN_CLIENT_ID  = module.cognito.client_id
        ALPHASWARM_ADMIN_ISSUER     = "https://${module.cognito.user_pool_endpoint}"
        ALPHASWARM_ADMIN_PUBLIC_URL = local.url
        ALPHASWARM_ADMIN_SIGN_IN    = "load_balancer"
        # The backend believes the identity header only when this load balancer signed it.
        ALPHASWARM_ADMIN_TRUSTED_ALB_ARN = module.alb.arn
        ALPHASWARM_ENVIRONMENT           = var.environment
        ALPHASWARM_TARGET                = "aws"
      }
      secrets = {
        ALPHASWARM_ADMIN_SESSION_KEY = var.session_key_secret_arn
        ALPHASWARM_LEDGER_URL        = var.ledger_url_secret_arn
      }
      security_groups = [var.ledger_client_security_group_id]
    })
    (local.frontend.name) = merge(var.frontend, {
      image            = local.images[local.frontend.name]
      repository_arn   = var.frontend_repository.arn
      port             = local.frontend.port
      target_group_arn = module.alb.target_group_arns[local.frontend.name]
      health_command = [
        "CMD", "node", "-e",
        "fetch('http://127.0.0.1:${local.frontend.port}${local.frontend.health}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))",
      ]
      environment = {
        ALPHASWARM_ENVIRONMENT = var.environment
        HOSTNAME               = "0.0.0.0"
        PORT                   = tostring(local.frontend.port)
      }
    })
  }
}

resource "aws_route53_record" "admin" {
  count = var.hosted_zone_id == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.hostname
  type    = "A"

  alias {
    name                   = module.alb.dns_name
    zone_id                = module.alb.zone_id
    evaluate_target_health = true
  }
}
