# What an image build may: install packages, push to the named repositories, write its log, and have an address in the VPC. It
# deploys nothing and reads no secret.
resource "aws_iam_role" "image" {
  name                 = var.image_role_name
  description          = "Builds and pushes images: the service role of ${local.names.image}"
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600

  # Only CodeBuild, and only for this project (the confused deputy).
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheImageBuild"
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnEquals    = { "aws:SourceArn" = local.projects.image }
      }
    }]
  })
}

resource "aws_iam_role_policy" "image" {
  name = "build-and-push-images"
  role = aws_iam_role.image.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogInToTheRegistry"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"]
      },
      {
        Sid    = "PushImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:DescribeImageScanFindings",
          "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = [for name in sort(var.image_repositories) : "${local.arn_prefix}:ecr:${var.region}:${var.account_id}:repository/${name}"]
      },
      {
        Sid      = "InstallThePackages"
        Effect   = "Allow"
        Action   = ["codeartifact:GetAuthorizationToken", "codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
        Resource = ["${local.arn_prefix}:codeartifact:${var.region}:${var.account_id}:*"]
      },
      {
        Sid       = "AskForTheirToken"
        Effect    = "Allow"
        Action    = ["sts:GetServiceBearerToken"]
        Resource  = ["*"]
        Condition = { StringEquals = { "sts:AWSServiceName" = "codeartifact.amazonaws.com" } }
      },
      {
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${local.arn_prefix}:logs:${var.region}:${var.account_id}:log-group:${local.log_groups.image}:*"]
      },
      {
        Sid    = "AnAddressInTheVpc"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
        ]
        Resource = ["*"]
      },
      {
        Sid      = "HandTheAddressToCodeBuild"
        Effect   = "Allow"
        Action   = ["ec2:CreateNetworkInterfacePermission"]
        Resource = ["${local.arn_prefix}:ec2:${var.region}:${var.account_id}:network-interface/*"]
        Condition = {
          StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" }
          ArnEquals    = { "ec2:Subnet" = [for id in var.subnet_ids : "${local.arn_prefix}:ec2:${var.region}:${var.account_id}:subnet/${id}"] }
        }
      },
    ]
  })
}
