# What the app tier is made of, and nothing else. Actions are given by service where a service is the app tier's own; IAM is
# given by name and only inside the boundary.
locals {
  roles = "${local.iam}:role/${var.name_prefix}-*"
  state = "${local.arn_prefix}:s3:::${var.state_bucket}"
  # What Secrets Manager adds to a name is six characters.
  ledger_secret = "${local.arn_prefix}:secretsmanager:${var.region}:${var.account_id}:secret:${local.ledger_secret_name}-??????"
  index         = "${local.arn_prefix}:codeartifact:${var.region}:${var.account_id}"

  statements = [
    {
      Sid    = "AppTier"
      Effect = "Allow"
      Action = [
        "cognito-idp:CreateUserPool*", "cognito-idp:DeleteUserPool*", "cognito-idp:DescribeUserPool*", "cognito-idp:GetUserPoolMfaConfig",
        "cognito-idp:ListTagsForResource", "cognito-idp:SetUserPoolMfaConfig", "cognito-idp:TagResource", "cognito-idp:UntagResource",
        "cognito-idp:UpdateUserPool*", "ecs:*", "elasticloadbalancing:*", "logs:CreateLogGroup", "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy", "logs:DescribeLogGroups", "logs:AssociateKmsKey", "logs:ListTagsForResource",
        "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
      ]
      Resource = ["*"]
    },
    {
      Sid    = "ItsSecurityGroups"
      Effect = "Allow"
      Action = [
        "ec2:AuthorizeSecurityGroup*", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:DeleteSecurityGroup", "ec2:DeleteTags",
        "ec2:DescribeAccountAttributes", "ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways", "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroup*", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs",
        "ec2:ModifySecurityGroupRules", "ec2:RevokeSecurityGroup*",
      ]
      Resource = ["*"]
    },
    {
      Sid    = "ReadWhatItStandsOn"
      Effect = "Allow"
      Action = [
        "acm:DescribeCertificate", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer", "iam:ListRoles", "kms:DescribeKey",
        "route53:GetHostedZone", "route53:ListHostedZones", "route53:ListResourceRecordSets", "route53:ListTagsForResource",
        "secretsmanager:DescribeSecret", "ssm:DescribeParameters", "sts:GetCallerIdentity",
      ]
      Resource = ["*"]
    },
    {
      Sid      = "ItsHostName"
      Effect   = "Allow"
      Action   = ["route53:ChangeResourceRecordSets", "route53:GetChange"]
      Resource = ["${local.arn_prefix}:route53:::hostedzone/*", "${local.arn_prefix}:route53:::change/*"]
    },
    {
      Sid    = "Handles"
      Effect = "Allow"
      Action = [
        "ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath",
        "ssm:ListTagsForResource", "ssm:PutParameter", "ssm:RemoveTagsFromResource",
      ]
      # The path itself is what GetParametersByPath asks for.
      Resource = [for end in ["", "/*"] : "${local.arn_prefix}:ssm:${var.region}:${var.account_id}:parameter/${var.handle_path}${end}"]
    },
    {
      # The roles of its tasks stay inside the boundary: otherwise it could make one that has none, and act through a task.
      Sid       = "RolesInsideTheBoundary"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:PutRolePolicy"]
      Resource  = [local.roles]
      Condition = { StringEquals = { "iam:PermissionsBoundary" = "${local.iam}:policy/${var.boundary_name}" } }
    },
    {
      Sid    = "RolesOfItsTasks"
      Effect = "Allow"
      Action = [
        "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:TagRole", "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
      ]
      Resource = [local.roles]
    },
    {
      Sid       = "HandThemToTasks"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.roles]
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    },
    {
      Sid      = "RolesOfServices"
      Effect   = "Allow"
      Action   = ["iam:CreateServiceLinkedRole"]
      Resource = ["${local.iam}:role/aws-service-role/*"]
      Condition = {
        StringEquals = { "iam:AWSServiceName" = ["ecs.amazonaws.com", "elasticloadbalancing.amazonaws.com"] }
      }
    },
    {
      Sid      = "FindTheState"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [local.state]
    },
    {
      # Not the landing zone's: that is the execution role's to write.
      Sid      = "WriteTheState"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = ["${local.state}/${var.state_tree}/*"]
    },
    {
      Sid      = "ReleaseTheLock"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject"]
      Resource = ["${local.state}/${var.state_tree}/*.tflock"]
    },
    {
      # Files of plans, from the build that made one to the build that applies it.
      Sid      = "KeepPlans"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["${local.state}/plans/*"]
    },
    {
      # Whether this is its build, and who started it, is what AWS says and not what a variable does.
      Sid      = "KnowItself"
      Effect   = "Allow"
      Action   = ["codebuild:BatchGetBuilds"]
      Resource = [local.project_arn]
    },
    {
      Sid      = "WriteItsLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${local.arn_prefix}:logs:${var.region}:${var.account_id}:log-group:${local.log_group}:*"]
    },
    {
      # What CodeBuild does in this role's name to put a build into private subnets.
      # Source: AWS CodeBuild User Guide, "Allow CodeBuild access to AWS services required to create a VPC network interface".
      Sid      = "AnAddressInTheVpc"
      Effect   = "Allow"
      Action   = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeDhcpOptions"]
      Resource = ["*"]
    },
    {
      Sid       = "HandTheAddressToCodeBuild"
      Effect    = "Allow"
      Action    = ["ec2:CreateNetworkInterfacePermission"]
      Resource  = ["${local.arn_prefix}:ec2:${var.region}:${var.account_id}:network-interface/*"]
      Condition = { StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" } }
    },
    {
      Sid      = "ReadTheLedgersAddress"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [local.ledger_secret]
    },
    {
      # The secret is encrypted with the landing zone's key, which is not known here; with this context it opens this secret alone.
      Sid      = "DecryptTheLedgersAddress"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = ["${local.arn_prefix}:kms:${var.region}:${var.account_id}:key/*"]
      Condition = {
        StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.${data.aws_partition.current.dns_suffix}" }
        ArnLike      = { "kms:EncryptionContext:SecretARN" = local.ledger_secret }
      }
    },
    {
      Sid      = "InstallThePackages"
      Effect   = "Allow"
      Action   = ["codeartifact:GetAuthorizationToken", "codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
      Resource = ["${local.index}:domain/${var.index.domain}", "${local.index}:repository/${var.index.domain}/${var.index.repository}"]
    },
    {
      Sid       = "AskForTheirToken"
      Effect    = "Allow"
      Action    = ["sts:GetServiceBearerToken"]
      Resource  = ["*"]
      Condition = { StringEquals = { "sts:AWSServiceName" = "codeartifact.amazonaws.com" } }
    },
    {
      # A task or a shell that the build starts by itself would run beside what was reviewed.
      Sid      = "NothingBesideTheServices"
      Effect   = "Deny"
      Action   = ["ecs:ExecuteCommand", "ecs:RunTask", "ecs:StartTask"]
      Resource = ["*"]
    },
    {
      # Neither its own role nor those of the landing zone.
      Sid    = "NotItself"
      Effect = "Deny"
      Action = [
        "iam:Attach*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Tag*", "iam:Untag*", "iam:Update*",
      ]
      Resource = [local.role_arn, "${local.iam}:role/${var.name_prefix}-zone-*"]
    },
  ]
}

resource "aws_iam_role_policy" "deploy" {
  name   = "apply-the-app-tier"
  role   = aws_iam_role.deploy.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

# A policy of its own, so that the one above is readable in a plan before there is a key.
resource "aws_iam_role_policy" "state_key" {
  name = "use-the-key-of-the-states"
  role = aws_iam_role.deploy.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "UseTheKeyOfTheStates"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [var.state_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.${data.aws_partition.current.dns_suffix}" } }
    }]
  })
}
