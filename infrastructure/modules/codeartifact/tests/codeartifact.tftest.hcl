mock_provider "aws" {}

variables {
  kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/1"
}

run "only_the_store_asks_the_public_index" {
  command = plan

  assert {
    condition     = one(aws_codeartifact_repository.store.external_connections).external_connection_name == "public:pypi"
    error_message = "The store keeps what the public index has."
  }

  assert {
    condition     = length(aws_codeartifact_repository.internal.external_connections) == 0 && one(aws_codeartifact_repository.internal.upstream).repository_name == "pypi-store"
    error_message = "The repository of our packages has no way out of its own."
  }

  assert {
    condition     = aws_codeartifact_repository.internal.domain == "alphaswarm" && aws_codeartifact_repository.internal.repository == "alphaswarm-pypi"
    error_message = "The names that everybody logs in with."
  }
}

run "encrypts_packages_with_the_given_key" {
  command = plan

  assert {
    condition     = aws_codeartifact_domain.this.encryption_key == var.kms_key_arn
    error_message = "The domain has the environment's key."
  }
}

run "refuses_one_repository_for_both" {
  command = plan

  variables {
    store = "alphaswarm-pypi"
  }

  expect_failures = [var.store]
}

run "refuses_a_name_that_codeartifact_refuses" {
  command = plan

  variables {
    domain = "AlphaSwarm"
  }

  expect_failures = [var.domain]
}
