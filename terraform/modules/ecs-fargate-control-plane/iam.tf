locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"

  # Only ECS, and only for tasks of this account: without the two conditions any account's ECS could be talked into
  # using the roles (the confused deputy).
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EcsTasksOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "${local.arn_prefix}:ecs:${var.region}:${var.account_id}:*" }
      }
    }]
  })

  secret_arns    = sort(distinct(flatten([for service in var.services : values(service.secrets)])))
  manager_arns   = [for arn in local.secret_arns : arn if strcontains(arn, ":secretsmanager:")]
  parameter_arns = [for arn in local.secret_arns : arn if strcontains(arn, ":ssm:")]

  execution_statements = concat(
    [
      {
        # This action knows no resource.
        Sid      = "LogInToEcr"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"]
      },
      {
        Sid      = "PullTheImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = sort(distinct([for service in var.services : service.repository_arn]))
      },
      {
        Sid      = "WriteTheLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [for group in aws_cloudwatch_log_group.service : "${group.arn}:*"]
      },
    ],
    [
      for statement in [
        {
          Sid      = "ReadTheSecrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue"]
          Resource = local.manager_arns
        },
        {
          Sid      = "ReadTheSecureParameters"
          Effect   = "Allow"
          Action   = ["ssm:GetParameters"]
          Resource = local.parameter_arns
        },
      ] : statement if length(statement.Resource) > 0
    ],
    [
      for statement in [
        {
          Sid      = "DecryptThem"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [var.kms_key_arn]
          Condition = {
            StringEquals = {
              "kms:ViaService" = [
                "secretsmanager.${var.region}.${data.aws_partition.current.dns_suffix}",
                "ssm.${var.region}.${data.aws_partition.current.dns_suffix}",
              ]
            }
          }
        },
      ] : statement if length(local.secret_arns) > 0
    ],
  )

  # What ECS Exec needs inside the task; ssmmessages and DescribeLogGroups know no resource.
  exec_statements = [
    {
      Sid    = "OpenShellChannels"
      Effect = "Allow"
      Action = [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ]
      Resource = ["*"]
    },
    {
      Sid      = "FindTheTranscriptGroup"
      Effect   = "Allow"
      Action   = ["logs:DescribeLogGroups"]
      Resource = ["*"]
    },
    {
      Sid      = "WriteTheTranscript"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.exec.arn}:*"]
    },
    {
      Sid      = "EncryptTheSession"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [var.kms_key_arn]
    },
  ]
}

# Who starts the tasks: pulls the images, reads the secrets, opens the logs.
resource "aws_iam_role" "execution" {
  name                 = "${var.name_prefix}-fargate-exec-${var.environment}"
  description          = "Starts the Fargate tasks of ${var.environment}"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "execution" {
  name   = "start-tasks"
  role   = aws_iam_role.execution.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements })
}

# Who the application is: one role a service, so that a right given to one is not a right of the other.
resource "aws_iam_role" "task" {
  for_each = var.services

  name                 = "${var.name_prefix}-task-${each.key}-${var.environment}"
  description          = "The identity of ${each.key} in ${var.environment}"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "task" {
  for_each = var.services

  name   = "shell-sessions"
  role   = aws_iam_role.task[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.exec_statements })
}
