mock_provider "aws" {}

variables {
  name                = "alphaswarm-admin-dev"
  domain_prefix       = "alphaswarm-admin-dev-111111111111"
  callback_url        = "https://admin.example.org/oauth2/idpresponse"
  logout_url          = "https://admin.example.org"
  mfa                 = "ON"
  deletion_protection = true
}

run "protects_the_people_in_it" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.this.mfa_configuration == "ON" && aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "A second factor is asked for and the pool cannot be destroyed."
  }

  assert {
    condition     = aws_cognito_user_pool.this.admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Nobody signs up by themselves."
  }

  assert {
    condition     = aws_cognito_user_pool.this.user_pool_add_ons[0].advanced_security_mode == "ENFORCED"
    error_message = "Threat protection is enforced."
  }

  assert {
    condition     = aws_cognito_user_pool_client.alb.generate_secret && aws_cognito_user_pool_client.alb.allowed_oauth_flows == toset(["code"])
    error_message = "The load balancer uses the code flow with a secret; the implicit flow would put tokens into addresses."
  }
}

run "refuses_to_go_without_a_second_factor" {
  command = plan

  variables {
    mfa = "OFF"
  }

  expect_failures = [var.mfa]
}

run "refuses_a_callback_that_an_alb_does_not_answer" {
  command = plan

  variables {
    callback_url = "https://admin.example.org/oauth/callback"
  }

  expect_failures = [var.callback_url]
}

run "refuses_a_callback_in_the_clear" {
  command = plan

  variables {
    callback_url = "http://admin.example.org/oauth2/idpresponse"
  }

  expect_failures = [var.callback_url]
}

run "refuses_a_reserved_domain_prefix" {
  command = plan

  variables {
    domain_prefix = "my-aws-admin"
  }

  expect_failures = [var.domain_prefix]
}
