# What tells people that something is wrong: a topic, alarms, a dashboard. What proves afterwards who did what is in trail.tf.
data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  name       = "${var.name_prefix}-${var.environment}"

  database = { DBInstanceIdentifier = var.database_identifier }

  # Each with what a person has to know at three in the morning.
  alarms = merge(
    {
      ledger-cpu = {
        description = "The ledger's database has been above 80 % CPU for a quarter of an hour", namespace = "AWS/RDS", metric = "CPUUtilization"
        dimensions  = local.database, statistic = "Average", comparison = "GreaterThanThreshold", threshold = 80, periods = 3
      }
      ledger-storage = {
        description = "The ledger's database has less than 2 GiB left: when it is full, nothing is deployed", namespace = "AWS/RDS", metric = "FreeStorageSpace"
        dimensions  = local.database, statistic = "Minimum", comparison = "LessThanThreshold", threshold = 2147483648, periods = 1
      }
      ledger-connections = {
        description = "The ledger's database has more than 80 connections", namespace = "AWS/RDS", metric = "DatabaseConnections"
        dimensions  = local.database, statistic = "Maximum", comparison = "GreaterThanThreshold", threshold = 80, periods = 3
      }
    },
    {
      for build, project in var.build_projects : "build-${build}" => {
        description = "A build of ${project} failed", namespace = "AWS/CodeBuild", metric = "FailedBuilds"
        dimensions  = { ProjectName = project }, statistic = "Sum", comparison = "GreaterThanThreshold", threshold = 0, periods = 1
      }
    },
    {
      for zone, id in var.nat_gateway_ids : "nat-${zone}" => {
        description = "The NAT gateway of ${zone} drops connections: it has no port left", namespace = "AWS/NATGateway", metric = "ErrorPortAllocation"
        dimensions  = { NatGatewayId = id }, statistic = "Sum", comparison = "GreaterThanThreshold", threshold = 0, periods = 1
      }
    },
    {
      for event, pattern in local.events : "trail-${event}" => {
        description = pattern.description, namespace = local.name, metric = "trail-${event}"
        dimensions  = {}, statistic = "Sum", comparison = "GreaterThanThreshold", threshold = 0, periods = 1
      }
    },
  )
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["sns:Publish"]
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

# AWS sends each address a message that has to be confirmed there.
resource "aws_sns_topic_subscription" "people" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in [
        { title = "Ledger: CPU and connections", metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database_identifier], [".", "DatabaseConnections", ".", "."]] },
        { title = "Ledger: free storage", metrics = [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", var.database_identifier]] },
        { title = "Builds: succeeded", metrics = [for project in values(var.build_projects) : ["AWS/CodeBuild", "SucceededBuilds", "ProjectName", project]] },
        { title = "Builds: failed", metrics = [for project in values(var.build_projects) : ["AWS/CodeBuild", "FailedBuilds", "ProjectName", project]] },
        { title = "Watched events of the trail", metrics = [for event in keys(local.events) : [local.name, "trail-${event}"]] },
        ] : {
        type       = "metric"
        x          = index % 2 * 12
        y          = floor(index / 2) * 6
        width      = 12
        height     = 6
        properties = { title = widget.title, metrics = widget.metrics, region = var.region, view = "timeSeries", stat = "Sum", period = 300 }
      }
    ]
  })
}
