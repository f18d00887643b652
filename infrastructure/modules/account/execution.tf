# What the role that applies the landing zone may do. A service's whole API where it makes up the landing zone; what would
# read data, run something or make somebody more powerful is not among it or denied below. Of IAM it has the landing zone's
# own roles, by name and inside the boundary: the trust itself an administrator of the account applies.
locals {
  zone_roles   = "${local.iam}:role/${var.name_prefix}-zone-*"
  managed      = "${local.arn_prefix}:iam::aws:policy"
  trail_bucket = "${local.arn_prefix}:s3:::${var.name_prefix}-trail-${var.account_id}"
  projects     = "${local.arn_prefix}:codebuild:${var.region}:${var.account_id}:project/${var.name_prefix}-*"
  domain       = data.aws_partition.current.dns_suffix

  execution_allowances = [
    {
      Sid      = "LandingZone"
      Effect   = "Allow"
      Action   = [for service in sort(var.services) : "${service}:*"]
      Resource = ["*"]
    },
    {
      Sid    = "Handles"
      Effect = "Allow"
      Action = [
        "ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:GetParameter", "ssm:GetParameters",
        "ssm:ListTagsForResource", "ssm:PutParameter", "ssm:RemoveTagsFromResource",
      ]
      Resource = ["${local.arn_prefix}:ssm:${var.region}:${var.account_id}:parameter/${var.handle_path}/*"]
    },
    {
      Sid      = "FindHandles"
      Effect   = "Allow"
      Action   = ["ssm:DescribeParameters"]
      Resource = ["*"]
    },
    {
      Sid      = "ReadTheTrust"
      Effect   = "Allow"
      Action   = ["iam:Get*", "iam:List*"]
      Resource = ["*"]
    },
    {
      # Otherwise it could make one that has no boundary, and act through a service that gets it.
      Sid       = "RolesInsideTheBoundary"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"]
      Resource  = [local.zone_roles]
      Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
    },
    {
      Sid    = "RolesOfTheLandingZone"
      Effect = "Allow"
      Action = [
        "iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
      ]
      Resource = [local.zone_roles]
    },
    {
      # What AWS wants on a cluster and its nodes, and nothing else of AWS's.
      Sid      = "PoliciesOfTheCluster"
      Effect   = "Allow"
      Action   = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
      Resource = [local.zone_roles]
      Condition = {
        ArnEquals    = { "iam:PolicyARN" = [for name in sort(var.cluster_policies) : "${local.managed}/${name}"] }
        StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn }
      }
    },
    {
      Sid      = "HandRolesToServices"
      Effect   = "Allow"
      Action   = ["iam:PassRole"]
      Resource = [local.zone_roles]
      Condition = {
        StringEquals = {
          "iam:PassedToService" = [for service in ["cloudtrail", "codebuild", "ec2", "eks", "vpc-flow-logs"] : "${service}.amazonaws.com"]
        }
      }
    },
    {
      # The role itself is the trust's; the project that acts as it is the landing zone's.
      Sid       = "HandTheBuildItsRole"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.build_role]
      Condition = { StringEquals = { "iam:PassedToService" = "codebuild.amazonaws.com" } }
    },
    {
      Sid      = "RolesOfServices"
      Effect   = "Allow"
      Action   = ["iam:CreateServiceLinkedRole"]
      Resource = ["${local.iam}:role/aws-service-role/*"]
      Condition = {
        StringEquals = { "iam:AWSServiceName" = ["eks-nodegroup.amazonaws.com", "eks.amazonaws.com", "rds.amazonaws.com"] }
      }
    },
    {
      Sid      = "Builds"
      Effect   = "Allow"
      Action   = ["codebuild:BatchGetProjects", "codebuild:CreateProject", "codebuild:DeleteProject", "codebuild:UpdateProject"]
      Resource = [local.projects]
    },
    {
      # The shelves, and never what lies on them: whoever publishes there decides what every build runs.
      Sid    = "PackageIndex"
      Effect = "Allow"
      Action = [
        "codeartifact:AssociateExternalConnection", "codeartifact:AssociateWithDownstreamRepository", "codeartifact:CreateDomain",
        "codeartifact:CreateRepository", "codeartifact:DeleteDomain", "codeartifact:DeleteRepository", "codeartifact:DescribeDomain",
        "codeartifact:DescribeRepository", "codeartifact:DisassociateExternalConnection", "codeartifact:ListTagsForResource",
        "codeartifact:TagResource", "codeartifact:UntagResource", "codeartifact:UpdateRepository",
      ]
      Resource = ["*"]
    },
    {
      # The bucket, and not what is in it.
      Sid    = "BucketOfTheTrail"
      Effect = "Allow"
      Action = [
        "s3:CreateBucket", "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:PutBucketAcl", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ]
      Resource = [local.trail_bucket]
    },
    {
      Sid      = "FindTheState"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [local.state]
    },
    {
      # Not the app tier's: that is the runtime's to write.
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
  ]

  execution_denials = [
    {
      # Terraform makes containers; people and rotation fill them.
      Sid      = "NoSecretValues"
      Effect   = "Deny"
      Action   = ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
      Resource = ["*"]
    },
    {
      # States; and Secrets Manager, when RDS puts the password that it made there in the caller's name: nobody reads it so,
      # since values are denied above. A direct call has no kms:ViaService, and a missing key fits StringNotEquals.
      Sid       = "NoOtherDecryption"
      Effect    = "Deny"
      Action    = ["kms:Decrypt"]
      Resource  = ["*"]
      Condition = { StringNotEquals = { "kms:ViaService" = [local.through_s3, "secretsmanager.${var.region}.${local.domain}"] } }
    },
    {
      # An instance or a shell on one would be a way out of this role.
      Sid    = "NoMachines"
      Effect = "Deny"
      Action = [
        "ec2:RunInstances", "ec2:RequestSpotFleet", "ec2:RequestSpotInstances", "ec2:CreateFleet", "ec2-instance-connect:*",
        "eks:AccessKubernetesApi", "ssm:Send*", "ssm:Start*",
      ]
      Resource = ["*"]
    },
    {
      # What is logged and stored is not read by whoever builds the place where it lies, and not carried off as a snapshot.
      Sid    = "NoData"
      Effect = "Deny"
      Action = [
        "logs:FilterLogEvents", "logs:Get*Events", "logs:GetLogRecord", "logs:StartLiveTail", "logs:StartQuery", "logs:Unmask",
        "rds:Download*", "rds:Modify*SnapshotAttribute", "rds:StartExportTask", "sns:Publish",
      ]
      Resource = ["*"]
    },
    {
      # Images come from builds.
      Sid      = "NoImages"
      Effect   = "Deny"
      Action   = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
      Resource = ["*"]
    },
    {
      # What proves who did what ends with an administrator only.
      Sid      = "TheTrailStays"
      Effect   = "Deny"
      Action   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "logs:DeleteLogStream", "s3:DeleteBucket*"]
      Resource = ["*"]
    },
  ]
}

resource "aws_iam_role_policy" "execution" {
  name   = "apply-the-landing-zone"
  role   = aws_iam_role.execution.name
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.execution_allowances, local.execution_denials) })
}
