mock_provider "aws" {
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/x/1" }
  }
  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/x/1/1" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/x/1" }
  }
}

variables {
  name                = "alphaswarm-admin-dev"
  environment         = "dev"
  hostname            = "admin.example.org"
  vpc_id              = "vpc-1"
  public_subnet_ids   = ["subnet-1", "subnet-2"]
  certificate_arn     = "arn:aws:acm:us-east-1:111111111111:certificate/1"
  deletion_protection = true

  cognito = {
    client_id     = "client"
    domain        = "alphaswarm-admin-dev"
    user_pool_arn = "arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_a"
  }

  targets = {
    admin = {
      port                 = 8900
      health_path          = "/admin/health"
      health_rule_priority = 10
      paths                = ["/admin", "/admin/*"]
      priority             = 100
      unauthenticated      = "deny"
    }
    admin-frontend = {
      port            = 3000
      health_path     = "/healthz"
      paths           = ["/*"]
      priority        = 200
      unauthenticated = "authenticate"
    }
  }
}

run "speaks_tls_1_3_and_redirects_the_rest" {
  command = plan

  assert {
    condition     = aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06" && aws_lb_listener.https.protocol == "HTTPS"
    error_message = "443 offers TLS 1.3 and nothing below 1.2."
  }

  assert {
    condition = (
      aws_lb_listener.http.default_action[0].type == "redirect"
      && aws_lb_listener.http.default_action[0].redirect[0].port == "443"
      && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
      && aws_lb_listener.http.default_action[0].redirect[0].status_code == "HTTP_301"
    )
    error_message = "80 only redirects to 443."
  }

  assert {
    condition     = aws_lb_listener.https.default_action[0].type == "fixed-response"
    error_message = "What no rule names gets an answer from the load balancer, never from a target."
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection && aws_lb.this.drop_invalid_header_fields && length(aws_lb.this.access_logs) == 0
    error_message = "Protected against deletion and against smuggled headers; no logs without a bucket."
  }
}

run "opens_health_to_get_before_the_sign_in" {
  command = plan

  assert {
    condition     = keys(aws_lb_listener_rule.health) == ["admin"]
    error_message = "Only the target that asks for it has an open health path."
  }

  assert {
    condition     = alltrue([for rule in aws_lb_listener_rule.signed_in : aws_lb_listener_rule.health["admin"].priority < rule.priority])
    error_message = "The health rule comes before every rule that asks who is there."
  }

  assert {
    condition     = [for action in aws_lb_listener_rule.health["admin"].action : action.type] == ["forward"]
    error_message = "The health path is forwarded without sign-in."
  }

  assert {
    condition = (
      one(flatten([for part in aws_lb_listener_rule.health["admin"].condition : [for method in part.http_request_method : tolist(method.values)]])) == "GET"
      && one(flatten([for part in aws_lb_listener_rule.health["admin"].condition : [for path in part.path_pattern : tolist(path.values)]])) == "/admin/health"
    )
    error_message = "GET on exactly the health path, and nothing else."
  }
}

run "puts_cognito_in_front_of_the_rest" {
  command = plan

  assert {
    condition = alltrue([
      for rule in aws_lb_listener_rule.signed_in :
      [for action in rule.action : action.type] == ["authenticate-cognito", "forward"]
    ])
    error_message = "Every target is reached through the sign-in only."
  }

  assert {
    condition = alltrue([
      for rule in aws_lb_listener_rule.signed_in : contains(["authenticate", "deny"], rule.action[0].authenticate_cognito[0].on_unauthenticated_request)
    ])
    error_message = "A caller who is not signed in is never let through."
  }

  assert {
    condition = alltrue([
      for rule in aws_lb_listener_rule.signed_in :
      one(flatten([for part in rule.condition : [for host in part.host_header : tolist(host.values)]])) == "admin.example.org"
    ])
    error_message = "Only the own host name is served."
  }
}

run "keeps_access_logs_when_there_is_a_bucket" {
  command = plan

  variables {
    access_logs_bucket = "logs"
  }

  assert {
    condition     = aws_lb.this.access_logs[0].bucket == "logs" && aws_lb.this.access_logs[0].enabled
    error_message = "Access logs go to the bucket."
  }
}

run "refuses_an_old_tls_policy" {
  command = plan

  variables {
    ssl_policy = "ELBSecurityPolicy-2016-08"
  }

  expect_failures = [var.ssl_policy]
}

run "refuses_to_let_everybody_in" {
  command = plan

  variables {
    targets = {
      admin = { port = 8900, health_path = "/admin/health", paths = ["/*"], priority = 100, unauthenticated = "allow" }
    }
  }

  expect_failures = [var.targets]
}

run "refuses_a_health_rule_behind_the_sign_in" {
  command = plan

  variables {
    targets = {
      admin = { port = 8900, health_path = "/admin/health", health_rule_priority = 150, paths = ["/*"], priority = 100, unauthenticated = "deny" }
    }
  }

  expect_failures = [var.targets]
}

run "refuses_a_health_path_with_a_wildcard" {
  command = plan

  variables {
    targets = {
      admin = { port = 8900, health_path = "/admin/*", health_rule_priority = 10, paths = ["/*"], priority = 100, unauthenticated = "deny" }
    }
  }

  expect_failures = [var.targets]
}

run "refuses_a_sign_in_rule_among_the_open_ones" {
  command = plan

  variables {
    targets = {
      admin = { port = 8900, health_path = "/admin/health", paths = ["/*"], priority = 5, unauthenticated = "deny" }
    }
  }

  expect_failures = [var.targets]
}

run "refuses_a_single_zone" {
  command = plan

  variables {
    public_subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.public_subnet_ids]
}
