resource "aws_security_group" "this" {
  name_prefix = "${var.name}-alb-"
  description = "The load balancer ${var.name}: HTTP and HTTPS from anywhere"
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

# Public by design: it is the front door. 80 only redirects.
resource "aws_vpc_security_group_ingress_rule" "public" {
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.this.id
  description       = "${upper(each.key)} from anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = each.value
  to_port           = each.value
  ip_protocol       = "tcp"
}

# The load balancer itself asks Cognito's token endpoint, which has no fixed address.
resource "aws_vpc_security_group_egress_rule" "cognito" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS to Cognito's token and user-info endpoints"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = var.public_subnet_ids
  security_groups            = [aws_security_group.this.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection

  dynamic "access_logs" {
    for_each = var.access_logs_bucket == null ? [] : [var.access_logs_bucket]

    content {
      bucket  = access_logs.value
      prefix  = var.name
      enabled = true
    }
  }
}

resource "aws_lb_target_group" "this" {
  for_each = var.targets

  name                 = "${each.key}-${var.environment}"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = each.value.port
  deregistration_delay = 30

  health_check {
    path                = each.value.health_path
    matcher             = "200"
    interval            = 30
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

# What no rule names does not exist: a foreign Host header never reaches the sign-in or a target.
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.ssl_policy
  certificate_arn   = var.certificate_arn

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }
}

# Monitors have no account. They may GET this one path; every other method and path meets the rules below.
resource "aws_lb_listener_rule" "health" {
  for_each = { for name, target in var.targets : name => target if target.health_rule_priority != null }

  listener_arn = aws_lb_listener.https.arn
  priority     = each.value.health_rule_priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    path_pattern {
      values = [each.value.health_path]
    }
  }

  condition {
    http_request_method {
      values = ["GET"]
    }
  }
}

resource "aws_lb_listener_rule" "signed_in" {
  for_each = var.targets

  listener_arn = aws_lb_listener.https.arn
  priority     = each.value.priority

  action {
    type  = "authenticate-cognito"
    order = 1

    authenticate_cognito {
      user_pool_arn              = var.cognito.user_pool_arn
      user_pool_client_id        = var.cognito.client_id
      user_pool_domain           = var.cognito.domain
      on_unauthenticated_request = each.value.unauthenticated
      scope                      = "openid email profile"
      session_timeout            = var.session_seconds
    }
  }

  action {
    type             = "forward"
    order            = 2
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    host_header {
      values = [var.hostname]
    }
  }

  condition {
    path_pattern {
      values = each.value.paths
    }
  }
}
