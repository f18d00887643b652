# Renders who may assume the two roles, as IAM trust policies. No provider, no resource: the same text on a laptop, in a
# test and on AWS.
#
# A statement is the only unit that AWS holds together: several statements are alternatives, so whatever narrows has to
# stand in every one of them. All pins are StringEquals; the one pattern is the number of a pull request.
locals {
  claim = "token.actions.githubusercontent.com"
  main  = "refs/heads/main"
  gated = var.approvals > 0

  prefixes = {
    for repository in var.repositories : repository.id => concat(
      [
        for owner_and_name in [split("/", repository.name)] :
        "repo:${owner_and_name[0]}@${repository.owner_id}/${owner_and_name[1]}@${repository.id}"
        if repository.subject_format != "legacy"
      ],
      [for name in [repository.name] : "repo:${name}" if repository.subject_format != "immutable"],
    )
  }

  # Name, ids and workflow files of one repository stand in one statement, so that they cannot be mixed with another's: a
  # repository's jobs apply by that repository's own files. Where that would exceed AWS's 2048 characters and nobody's
  # approval is at stake, a statement lists all repositories: a mixture is then a job of a listed id, which is what is
  # trusted, under the other listed name or by the other's listed file.
  files    = sort(var.apply_workflow_files)
  together = [{ sid = "", repositories = var.repositories, files = local.files }]
  apart = [
    for repository in var.repositories : {
      sid          = repository.id
      repositories = [repository]
      files        = [for file in local.files : file if startswith(file, "${repository.name}/")]
    }
  ]

  apply_rules = concat(
    [
      for group in(local.gated ? local.apart : local.together) : {
        sid          = "Environment${group.sid}"
        repositories = group.repositories
        subject      = "environment:${var.environment}"
        pinned       = { environment = [var.environment], ref = [local.main], job_workflow_ref = group.files }
        like         = {}
      } if length(group.files) > 0
    ],
    # The subject of a job that names no environment, and so waits for no reviewer. Only where none is asked for.
    [
      for group in local.together : {
        sid          = "Main"
        repositories = group.repositories
        subject      = "ref:${local.main}"
        pinned       = { ref = [local.main], job_workflow_ref = group.files }
        like         = {}
      } if !local.gated
    ],
  )

  plan_files = { for claim, files in { job_workflow_ref = sort(var.plan_workflow_files) } : claim => files if length(files) > 0 }

  plan_rules = [
    {
      # The merge ref keeps out pull_request_target and the run after a merge: both have the base branch's ref.
      sid          = "PullRequest"
      repositories = var.repositories
      subject      = "pull_request"
      pinned       = local.plan_files
      like         = { ref = ["refs/pull/*/merge"] }
    },
    {
      sid          = "Main"
      repositories = var.repositories
      subject      = "ref:${local.main}"
      pinned       = merge(local.plan_files, { ref = [local.main] })
      like         = {}
    },
  ]

  statements = {
    for role, rules in { apply = local.apply_rules, plan = local.plan_rules } : role => [
      for rule in rules : {
        Sid       = rule.sid
        Effect    = "Allow"
        Principal = { Federated = var.provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          for operator, claims in {
            StringEquals = merge(rule.pinned, {
              aud                 = [var.audience]
              sub                 = flatten([for repository in rule.repositories : [for prefix in local.prefixes[repository.id] : "${prefix}:${rule.subject}"]])
              repository_id       = rule.repositories[*].id
              repository_owner_id = distinct(rule.repositories[*].owner_id)
            })
            StringLike = rule.like
            } : operator => {
            # A single value without brackets, as AWS writes it. Through JSON, because the two have different types.
            for name, values in claims : "${local.claim}:${name}" => jsondecode(length(values) == 1 ? jsonencode(values[0]) : jsonencode(values))
          } if length(claims) > 0
        }
      }
    ]
  }

  policies = { for role, statements in local.statements : role => jsonencode({ Version = "2012-10-17", Statement = statements }) }
  subjects = {
    for role, statements in local.statements :
    role => flatten([for statement in statements : statement.Condition.StringEquals["${local.claim}:sub"]])
  }
}
