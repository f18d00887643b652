# What the backend may do to the services that it shows: look at, redeploy and scale its own, and nothing else.
data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  ecs        = "${local.arn_prefix}:ecs:${var.region}:${var.account_id}"
  cluster    = "${var.name_prefix}-cluster-${var.environment}"
  own        = [for name in [local.backend.name, local.frontend.name] : "${var.name_prefix}-${name}-${var.environment}"]

  self_management_statements = [
    {
      Sid      = "LookAtItsServices"
      Effect   = "Allow"
      Action   = ["ecs:DescribeServices"]
      Resource = [for name in local.own : "${local.ecs}:service/${local.cluster}/${name}"]
    },
    {
      # A redeployment keeps the task definition. Where the call names one it has to be of the service's own family:
      # without that, an intruder in the backend could roll out any revision that lies in the account.
      Sid      = "RedeployAndScaleThem"
      Effect   = "Allow"
      Action   = ["ecs:UpdateService"]
      Resource = [for name in local.own : "${local.ecs}:service/${local.cluster}/${name}"]
      Condition = {
        ArnLikeIfExists = { "ecs:task-definition" = [for name in local.own : "${local.ecs}:task-definition/${name}:*"] }
      }
    },
    {
      Sid      = "ReadTheirLogs"
      Effect   = "Allow"
      Action   = ["logs:FilterLogEvents"]
      Resource = [for name in local.own : "${local.arn_prefix}:logs:${var.region}:${var.account_id}:log-group:/aws/ecs/${name}:*"]
    },
    {
      # These know no resource. They only read, and no secret: a task definition names secrets by their ARN.
      Sid      = "ReadWhatKnowsNoResource"
      Effect   = "Allow"
      Action   = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "ecs:DescribeTaskDefinition"]
      Resource = ["*"]
    },
  ]
}

resource "aws_iam_role_policy" "self_management" {
  name   = "self-management"
  role   = module.ecs.task_role_names[local.backend.name]
  policy = jsonencode({ Version = "2012-10-17", Statement = local.self_management_statements })
}
