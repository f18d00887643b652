# What a plan of both trees reads. Every action is one that the AWS provider calls for a resource of the trees; a wildcard
# would take in reads that hand out secrets (GetSecretValue, GetAuthorizationToken, GetParameter of anything).
locals {
  plan_reads = {
    acm          = ["DescribeCertificate", "ListTagsForCertificate"]
    cloudtrail   = ["DescribeTrails", "GetEventSelectors", "GetTrail", "GetTrailStatus", "ListTags"]
    cloudwatch   = ["DescribeAlarms", "GetDashboard", "ListTagsForResource"]
    codeartifact = ["DescribeDomain", "DescribeRepository", "ListTagsForResource"]
    codebuild    = ["BatchGetProjects"]
    cognito-idp  = ["DescribeUserPool", "DescribeUserPoolClient", "DescribeUserPoolDomain", "GetUserPoolMfaConfig"]
    ec2 = [
      "DescribeAddresses", "DescribeAddressesAttribute", "DescribeFlowLogs", "DescribeInternetGateways", "DescribeNatGateways",
      "DescribeNetworkAcls", "DescribeNetworkInterfaces", "DescribePrefixLists", "DescribeRouteTables", "DescribeSecurityGroupRules",
      "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcAttribute", "DescribeVpcEndpoints", "DescribeVpcs",
      "GetEbsEncryptionByDefault",
    ]
    ecr = ["DescribeRepositories", "GetLifecyclePolicy", "ListTagsForResource"]
    ecs = ["DescribeClusters", "DescribeServices", "DescribeTaskDefinition"]
    eks = ["DescribeCluster", "DescribeNodegroup"]
    elasticloadbalancing = [
      "DescribeCapacityReservation", "DescribeListenerAttributes", "DescribeListeners", "DescribeLoadBalancerAttributes",
      "DescribeLoadBalancers", "DescribeRules", "DescribeTags", "DescribeTargetGroupAttributes", "DescribeTargetGroups",
    ]
    iam = [
      "GetOpenIDConnectProvider", "GetPolicy", "GetPolicyVersion", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies",
      "ListRolePolicies",
    ]
    kms            = ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListResourceTags"]
    logs           = ["DescribeLogGroups", "DescribeMetricFilters", "ListTagsForResource"]
    rds            = ["DescribeDBInstances", "DescribeDBParameterGroups", "DescribeDBParameters", "DescribeDBSubnetGroups", "ListTagsForResource"]
    route53        = ["GetHostedZone", "ListResourceRecordSets"]
    secretsmanager = ["DescribeSecret", "GetResourcePolicy"]
    sns            = ["GetSubscriptionAttributes", "GetTopicAttributes", "ListTagsForResource"]
    ssm            = ["DescribeParameters", "ListTagsForResource"]
    sts            = ["GetCallerIdentity"]
  }

  plan_statements = [
    {
      Sid      = "ReadWhatTheTreesDescribe"
      Effect   = "Allow"
      Action   = flatten([for service, actions in local.plan_reads : [for action in actions : "${service}:${action}"]])
      Resource = ["*"]
    },
    {
      Sid      = "ReadTheHandles"
      Effect   = "Allow"
      Action   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
      Resource = ["${local.arn_prefix}:ssm:${var.region}:${var.account_id}:parameter/${var.handle_path}/*"]
    },
    {
      # How it is set up, and nothing that is in it.
      Sid    = "ReadHowTheTrailIsKept"
      Effect = "Allow"
      Action = [
        "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment",
        "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration", "s3:ListBucket",
      ]
      Resource = ["${local.arn_prefix}:s3:::${var.trail_bucket}"]
    },
    {
      Sid      = "FindTheStates"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = ["${local.arn_prefix}:s3:::${var.state_bucket}"]
    },
    {
      Sid      = "ReadTheStates"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [for tree in var.state_trees : "${local.arn_prefix}:s3:::${var.state_bucket}/${tree}/*"]
    },
  ]

  through_s3 = "s3.${var.region}.${data.aws_partition.current.dns_suffix}"

  # A plan runs code of a change that nobody has reviewed: its providers, its data sources. Whatever is attached to this
  # role some day, by whomever, none of this comes with it.
  plan_denials = [
    {
      # Making oneself, or another role, more powerful.
      Sid    = "NoEscalation"
      Effect = "Deny"
      Action = [
        "iam:Add*", "iam:Attach*", "iam:ChangePassword", "iam:Create*", "iam:Deactivate*", "iam:Delete*", "iam:Detach*",
        "iam:Enable*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Reset*", "iam:Resync*", "iam:Set*", "iam:Tag*",
        "iam:Untag*", "iam:Update*", "iam:Upload*", "sts:AssumeRole*", "sts:AssumeRoot", "sts:GetFederationToken",
      ]
      Resource = ["*"]
    },
    {
      # Starting something that runs under a stronger role.
      Sid    = "NoCodeUnderAnotherRole"
      Effect = "Deny"
      Action = [
        "cloudformation:Create*", "cloudformation:Execute*", "cloudformation:Update*", "codebuild:Create*",
        "codebuild:Delete*", "codebuild:Import*", "codebuild:Put*", "codebuild:Retry*", "codebuild:Start*",
        "codebuild:Stop*", "codebuild:Update*", "ec2:RunInstances", "ecs:ExecuteCommand", "ecs:Register*", "ecs:RunTask",
        "ecs:StartTask", "ecs:Update*", "lambda:Create*", "lambda:Invoke*", "lambda:Update*", "ssm:Send*", "ssm:Start*",
      ]
      Resource = ["*"]
    },
    {
      # What the apply will believe: states, saved plans, handles, images.
      Sid    = "NoWriteToWhatIsTrusted"
      Effect = "Deny"
      Action = [
        "ecr:BatchDelete*", "ecr:Complete*", "ecr:Delete*", "ecr:Initiate*", "ecr:Put*", "ecr:Set*", "ecr:Upload*",
        "s3:AbortMultipartUpload", "s3:BypassGovernanceRetention", "s3:Create*", "s3:Delete*", "s3:ObjectOwnerOverrideToBucketOwner",
        "s3:Put*", "s3:Replicate*", "s3:RestoreObject", "ssm:Delete*", "ssm:Label*", "ssm:Modify*", "ssm:Put*", "ssm:Unlabel*",
      ]
      Resource = ["*"]
    },
    {
      Sid    = "NoSecretValues"
      Effect = "Deny"
      Action = [
        "codeartifact:GetAuthorizationToken", "ecr:GetAuthorizationToken", "rds-db:connect", "secretsmanager:BatchGetSecretValue",
        "secretsmanager:Cancel*", "secretsmanager:Create*", "secretsmanager:Delete*", "secretsmanager:GetRandomPassword",
        "secretsmanager:GetSecretValue", "secretsmanager:Put*", "secretsmanager:R*", "secretsmanager:StopReplicationToReplica",
        "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:Update*",
      ]
      Resource = ["*"]
    },
    {
      Sid    = "NoUseOfKeys"
      Effect = "Deny"
      Action = [
        "kms:CreateGrant", "kms:Encrypt", "kms:Generate*", "kms:PutKeyPolicy", "kms:ReEncrypt*", "kms:RetireGrant",
        "kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:Sign", "kms:Update*",
      ]
      Resource = ["*"]
    },
    {
      # A SecureString is decrypted by kms:Decrypt in the caller's name: without it `--with-decryption` gets nothing. (IAM has
      # no condition on that flag, and the provider sets it for plain parameters too.) A direct call has no kms:ViaService,
      # and a missing key fits StringNotEquals.
      Sid       = "NoDecryptionButOfStates"
      Effect    = "Deny"
      Action    = ["kms:Decrypt"]
      Resource  = ["*"]
      Condition = { StringNotEquals = { "kms:ViaService" = local.through_s3 } }
    },
  ]
}

resource "aws_iam_role_policy" "plan_reads" {
  name   = "read-for-a-plan"
  role   = aws_iam_role.plan.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.plan_statements })
}

# A policy of its own: the key's ARN is only known once it is there, and the rest is to be readable in a plan.
resource "aws_iam_role_policy" "plan_state_key" {
  name = "decrypt-the-states"
  role = aws_iam_role.plan.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DecryptTheStates"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = [var.state_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = local.through_s3 } }
    }]
  })
}

resource "aws_iam_role_policy" "plan_denials" {
  name   = "never"
  role   = aws_iam_role.plan.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.plan_denials })
}
