# Runs without a provider and without a network: everything is text.
variables {
  provider_arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
  environment  = "prod"
  approvals    = 2

  repositories = [
    { name = "Alpha-Swarm-ai/alphaswarm_platform", id = "900000001", owner_id = "800000001", subject_format = "immutable" },
    { name = "Alpha-Swarm-ai/alphaswarm_admin", id = "900000002", owner_id = "800000001", subject_format = "immutable" },
  ]

  apply_workflow_files = [
    "Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/terraform-pipeline.yml@refs/heads/main",
    "Alpha-Swarm-ai/alphaswarm_admin/.github/workflows/build-publish.yml@refs/heads/main",
  ]
}

run "production_trusts_the_environment_and_nothing_else" {
  command = plan

  assert {
    condition     = jsondecode(output.apply_policy) == jsondecode(file("${path.module}/tests/golden/gated-apply.json"))
    error_message = "The apply policy differs from golden/gated-apply.json: ${output.apply_policy}"
  }

  assert {
    condition = output.apply_subjects == [
      "repo:Alpha-Swarm-ai@800000001/alphaswarm_platform@900000001:environment:prod",
      "repo:Alpha-Swarm-ai@800000001/alphaswarm_admin@900000002:environment:prod",
    ]
    error_message = "One subject a repository, and none that a job without an environment has."
  }

  assert {
    condition     = !strcontains(output.apply_policy, "*") && !strcontains(output.apply_policy, "?") && !strcontains(output.apply_policy, "Like")
    error_message = "Nothing in the apply policy is a pattern."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(output.apply_policy).Statement :
      toset(keys(statement.Condition.StringEquals)) == toset([
        for claim in ["aud", "environment", "job_workflow_ref", "ref", "repository_id", "repository_owner_id", "sub"] : "token.actions.githubusercontent.com:${claim}"
      ])
    ])
    error_message = "Every statement pins everything by itself: another statement's condition narrows nothing."
  }
}

run "planning_is_for_pull_requests_and_main" {
  command = plan

  assert {
    condition     = jsondecode(output.plan_policy) == jsondecode(file("${path.module}/tests/golden/plan.json"))
    error_message = "The plan policy differs from golden/plan.json: ${output.plan_policy}"
  }

  assert {
    condition     = replace(output.plan_policy, "refs/pull/*/merge", "") == replace(replace(output.plan_policy, "refs/pull/*/merge", ""), "*", "")
    error_message = "The number of a pull request is the only pattern."
  }
}

run "development_has_both_subjects_with_the_same_pins" {
  command = plan

  variables {
    environment = "dev"
    approvals   = 0
  }

  assert {
    condition     = jsondecode(output.apply_policy) == jsondecode(file("${path.module}/tests/golden/ungated-apply.json"))
    error_message = "The apply policy differs from golden/ungated-apply.json: ${output.apply_policy}"
  }

  assert {
    condition = output.apply_subjects == [
      "repo:Alpha-Swarm-ai@800000001/alphaswarm_platform@900000001:environment:dev",
      "repo:Alpha-Swarm-ai@800000001/alphaswarm_admin@900000002:environment:dev",
      "repo:Alpha-Swarm-ai@800000001/alphaswarm_platform@900000001:ref:refs/heads/main",
      "repo:Alpha-Swarm-ai@800000001/alphaswarm_admin@900000002:ref:refs/heads/main",
    ]
    error_message = "Where nobody is asked, a job on main needs no environment."
  }
}

run "one_approval_is_a_gate_too" {
  command = plan

  variables {
    environment = "staging"
    approvals   = 1
  }

  assert {
    condition     = length(output.apply_subjects) == 2 && alltrue([for subject in output.apply_subjects : endswith(subject, ":environment:staging")])
    error_message = "Environment subjects only."
  }
}

run "an_old_repository_has_the_legacy_subject_with_pinned_ids" {
  command = plan

  variables {
    repositories         = [{ name = "octo-org/octo-repo", id = "456789", owner_id = "123456", subject_format = "legacy" }]
    apply_workflow_files = ["octo-org/octo-repo/.github/workflows/deploy.yaml@refs/heads/main"]
  }

  assert {
    condition     = output.apply_subjects == ["repo:octo-org/octo-repo:environment:prod"]
    error_message = "Without ids in the subject."
  }

  assert {
    condition = (
      jsondecode(output.apply_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:repository_id"] == "456789"
      && jsondecode(output.apply_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:repository_owner_id"] == "123456"
    )
    error_message = "The ids keep out whoever takes over the name."
  }
}

run "a_moving_repository_has_both_subjects" {
  command = plan

  variables {
    repositories         = [{ name = "octo-org/octo-repo", id = "456789", owner_id = "123456", subject_format = "both" }]
    apply_workflow_files = ["octo-org/octo-repo/.github/workflows/deploy.yaml@refs/heads/main"]
  }

  assert {
    condition     = output.apply_subjects == ["repo:octo-org@123456/octo-repo@456789:environment:prod", "repo:octo-org/octo-repo:environment:prod"]
    error_message = "Both formats, for the same repository."
  }
}

run "planning_can_be_left_to_a_reusable_workflow" {
  command = plan

  variables {
    plan_workflow_files = ["Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/plan.yml@refs/heads/main"]
  }

  assert {
    condition = [
      for statement in jsondecode(output.plan_policy).Statement :
      statement.Condition.StringEquals["token.actions.githubusercontent.com:job_workflow_ref"]
      ] == [
      "Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/plan.yml@refs/heads/main",
      "Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/plan.yml@refs/heads/main",
    ]
    error_message = "The file is pinned for pull requests and for main."
  }
}

run "fits_into_aws_s_quota" {
  command = plan

  variables {
    environment = "dev"
    approvals   = 0
  }

  assert {
    condition     = length(output.apply_policy) <= 2048 && length(output.plan_policy) <= 2048
    error_message = "The longest policies of ours: apply ${length(output.apply_policy)}, plan ${length(output.plan_policy)}."
  }
}

run "refuses_what_aws_would_refuse_as_too_long" {
  command = plan

  variables {
    environment = "dev"
    approvals   = 0

    repositories = [
      { name = "Alpha-Swarm-ai/alphaswarm_platform", id = "900000001", owner_id = "800000001", subject_format = "both" },
      { name = "Alpha-Swarm-ai/alphaswarm_admin", id = "900000002", owner_id = "800000001", subject_format = "both" },
    ]
  }

  expect_failures = [output.apply_policy]
}

run "takes_a_longer_policy_where_aws_does" {
  command = plan

  variables {
    environment    = "dev"
    approvals      = 0
    largest_policy = 4096

    repositories = [
      { name = "Alpha-Swarm-ai/alphaswarm_platform", id = "900000001", owner_id = "800000001", subject_format = "both" },
      { name = "Alpha-Swarm-ai/alphaswarm_admin", id = "900000002", owner_id = "800000001", subject_format = "both" },
    ]
  }

  assert {
    condition     = length(output.apply_policy) > 2048
    error_message = "This is the case that needs the larger quota."
  }
}
