mock_provider "aws" {}

variables {
  kms_key_arn  = "arn:aws:kms:us-east-1:111111111111:key/1"
  repositories = ["alphaswarm-admin", "alphaswarm-admin-frontend"]
}

run "keeps_what_was_pushed" {
  command = plan

  assert {
    condition = alltrue([
      for repository in aws_ecr_repository.this :
      repository.image_tag_mutability == "IMMUTABLE"
      && !repository.force_delete
      && repository.image_scanning_configuration[0].scan_on_push
      && repository.encryption_configuration[0].encryption_type == "KMS"
    ])
    error_message = "Tags do not move, images are scanned and encrypted, and a repository with images is not deleted."
  }

  assert {
    condition = alltrue([
      for policy in aws_ecr_lifecycle_policy.this :
      [for rule in jsondecode(policy.policy).rules : rule.selection.countNumber] == [30, 14]
    ])
    error_message = "Thirty releases and two weeks of untagged images are kept."
  }
}

run "refuses_to_leave_nothing_to_roll_back_to" {
  command = plan

  variables {
    release_images_kept = 1
  }

  expect_failures = [var.release_images_kept]
}

run "refuses_a_name_that_ecr_refuses" {
  command = plan

  variables {
    repositories = ["AlphaSwarm"]
  }

  expect_failures = [var.repositories]
}
