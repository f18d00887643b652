# Every input that could widen the trust, and is refused before anything is rendered.
variables {
  provider_arn         = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
  environment          = "prod"
  approvals            = 2
  repositories         = [{ name = "octo-org/octo-repo", id = "456789", owner_id = "123456", subject_format = "immutable" }]
  apply_workflow_files = ["octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main"]
}

run "accepts_what_is_right" {
  command = plan

  assert {
    condition     = length(output.apply_subjects) == 1
    error_message = "The inputs that the others change are good."
  }
}

run "refuses_a_wildcard_repository" {
  command = plan

  variables {
    repositories = [{ name = "octo-org/*", id = "456789", owner_id = "123456", subject_format = "immutable" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_a_wildcard_owner" {
  command = plan

  variables {
    repositories = [{ name = "octo*/octo-repo", id = "456789", owner_id = "123456", subject_format = "immutable" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_a_repository_with_a_context" {
  command = plan

  variables {
    repositories = [{ name = "octo-org/octo-repo:ref", id = "456789", owner_id = "123456", subject_format = "immutable" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_an_owner_without_a_repository" {
  command = plan

  variables {
    repositories = [{ name = "octo-org", id = "456789", owner_id = "123456", subject_format = "immutable" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_an_id_that_is_a_pattern" {
  command = plan

  variables {
    repositories = [{ name = "octo-org/octo-repo", id = "45*", owner_id = "123456", subject_format = "immutable" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_an_empty_id" {
  command = plan

  variables {
    repositories = [{ name = "octo-org/octo-repo", id = "", owner_id = "123456", subject_format = "immutable" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_an_owner_s_name_for_its_id" {
  command = plan

  variables {
    repositories = [{ name = "octo-org/octo-repo", id = "456789", owner_id = "octo-org", subject_format = "immutable" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_an_unknown_subject_format" {
  command = plan

  variables {
    repositories = [{ name = "octo-org/octo-repo", id = "456789", owner_id = "123456", subject_format = "any" }]
  }

  expect_failures = [var.repositories]
}

run "refuses_no_repository" {
  command = plan

  variables {
    repositories = []
  }

  expect_failures = [var.repositories]
}

run "refuses_two_repositories_with_one_id" {
  command = plan

  variables {
    repositories = [
      { name = "octo-org/octo-repo", id = "1", owner_id = "2", subject_format = "legacy" },
      { name = "octo-org/other", id = "1", owner_id = "2", subject_format = "legacy" },
    ]
  }

  expect_failures = [var.repositories]
}

run "refuses_a_wildcard_environment" {
  command = plan

  variables {
    environment = "prod*"
  }

  expect_failures = [var.environment]
}

run "refuses_an_environment_in_capitals" {
  command = plan

  variables {
    environment = "Prod"
  }

  expect_failures = [var.environment]
}

run "refuses_an_environment_with_a_colon" {
  command = plan

  variables {
    environment = "prod:x"
  }

  expect_failures = [var.environment]
}

run "refuses_no_environment" {
  command = plan

  variables {
    environment = ""
  }

  expect_failures = [var.environment]
}

run "refuses_a_negative_number_of_people" {
  command = plan

  variables {
    approvals = -1
  }

  expect_failures = [var.approvals]
}

run "refuses_half_a_person" {
  command = plan

  variables {
    approvals = 1.5
  }

  expect_failures = [var.approvals]
}

run "refuses_more_reviewers_than_github_lists" {
  command = plan

  variables {
    approvals = 7
  }

  expect_failures = [var.approvals]
}

run "refuses_a_wildcard_audience" {
  command = plan

  variables {
    audience = "*"
  }

  expect_failures = [var.audience]
}

run "refuses_no_audience" {
  command = plan

  variables {
    audience = ""
  }

  expect_failures = [var.audience]
}

run "refuses_somebody_else_s_issuer" {
  command = plan

  variables {
    provider_arn = "arn:aws:iam::111111111111:oidc-provider/gitlab.com"
  }

  expect_failures = [var.provider_arn]
}

run "refuses_a_provider_of_any_account" {
  command = plan

  variables {
    provider_arn = "arn:aws:iam::*:oidc-provider/token.actions.githubusercontent.com"
  }

  expect_failures = [var.provider_arn]
}

run "refuses_no_workflow_file" {
  command = plan

  variables {
    apply_workflow_files = []
  }

  expect_failures = [var.apply_workflow_files]
}

run "refuses_any_workflow_file" {
  command = plan

  variables {
    apply_workflow_files = ["octo-org/octo-repo/.github/workflows/*@refs/heads/main"]
  }

  expect_failures = [var.apply_workflow_files]
}

run "refuses_a_workflow_file_of_any_branch" {
  command = plan

  variables {
    apply_workflow_files = ["octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/*"]
  }

  expect_failures = [var.apply_workflow_files]
}

run "refuses_a_workflow_file_of_a_feature_branch" {
  command = plan

  variables {
    apply_workflow_files = ["octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/feature"]
  }

  expect_failures = [var.apply_workflow_files]
}

run "refuses_a_workflow_file_by_its_short_ref" {
  command = plan

  variables {
    apply_workflow_files = ["octo-org/octo-repo/.github/workflows/deploy.yml@main"]
  }

  expect_failures = [var.apply_workflow_files]
}

run "refuses_a_file_that_is_no_workflow" {
  command = plan

  variables {
    apply_workflow_files = ["octo-org/octo-repo/deploy.yml@refs/heads/main"]
  }

  expect_failures = [var.apply_workflow_files]
}

run "refuses_a_workflow_file_of_a_repository_that_does_not_deploy" {
  command = plan

  variables {
    apply_workflow_files = ["octo-org/evil/.github/workflows/deploy.yml@refs/heads/main"]
  }

  expect_failures = [var.apply_workflow_files]
}

run "refuses_a_plan_file_of_a_merge_ref" {
  command = plan

  variables {
    plan_workflow_files = ["octo-org/octo-repo/.github/workflows/plan.yml@refs/pull/7/merge"]
  }

  expect_failures = [var.plan_workflow_files]
}

run "refuses_a_plan_file_of_a_repository_that_does_not_deploy" {
  command = plan

  variables {
    plan_workflow_files = ["octo-org/evil/.github/workflows/plan.yml@refs/heads/main"]
  }

  expect_failures = [var.plan_workflow_files]
}

run "refuses_a_quota_that_aws_does_not_have" {
  command = plan

  variables {
    largest_policy = 8192
  }

  expect_failures = [var.largest_policy]
}
