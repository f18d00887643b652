# What the apply role may do: start the two builds as they are configured, follow them, stop them; and for the landing
# zone become the execution role. It changes nothing by itself.
locals {
  builds       = [var.deploy_project, var.image_project]
  project_arns = [for name in local.builds : "${local.arn_prefix}:codebuild:${var.region}:${var.account_id}:project/${name}"]

  # Each of these lets the caller run something else as the build's service role, or send what it produces elsewhere.
  # Source: Service Authorization Reference, CodeBuild. Keys in one Null block are joined by AND and would deny only a
  # call that uses them all, so each has a statement of its own. There are no keys for timeouts, clone depth, the
  # host kernel and debug sessions; a debug session needs ssm:StartSession besides, which this role does not have.
  forbidden_overrides = {
    Artifacts                = "codebuild:artifacts"
    AutoRetryLimit           = "codebuild:autoRetryLimit"
    Buildspec                = "codebuild:source.buildspec"
    Cache                    = "codebuild:cache"
    Certificate              = "codebuild:environment.certificate"
    ComputeConfiguration     = "codebuild:environment.computeConfiguration"
    ComputeType              = "codebuild:environment.computeType"
    EncryptionKey            = "codebuild:encryptionKey"
    EnvironmentType          = "codebuild:environment.type"
    Fleet                    = "codebuild:environment.fleet.fleetArn"
    Image                    = "codebuild:environment.image"
    ImagePullCredentialsType = "codebuild:environment.imagePullCredentialsType"
    InsecureSsl              = "codebuild:source.insecureSsl"
    LogsConfig               = "codebuild:logsConfig"
    PrivilegedMode           = "codebuild:environment.privilegedMode"
    RegistryCredential       = "codebuild:environment.registryCredential"
    SecondaryArtifacts       = "codebuild:secondaryArtifacts"
    SecondarySources         = "codebuild:secondarySources"
    ServiceRole              = "codebuild:serviceRole"
    Source                   = "codebuild:source"
    SourceAuthResource       = "codebuild:source.auth.resource"
    SourceAuthType           = "codebuild:source.auth.type"
    SourceLocation           = "codebuild:source.location"
    StatusContext            = "codebuild:source.buildStatusConfig.context"
    StatusTargetUrl          = "codebuild:source.buildStatusConfig.targetUrl"
  }

  override_denials = [
    for name, key in local.forbidden_overrides : {
      Sid       = "NoOverrideOf${name}"
      Effect    = "Deny"
      Action    = ["codebuild:StartBuild"]
      Resource  = ["*"]
      Condition = { Null = { (key) = "false" } }
    }
  ]

  variables_key = "codebuild:environment.environmentVariables.name"

  # A variable can be code (BASH_ENV, LD_PRELOAD, PIP_INDEX_URL), so none may be set but those named. A call without
  # variables has no such key, and ForAnyValue does not fit.
  # Each build has an order of its own: what one project takes as data, the other has not checked.
  variable_denials = [
    for sid, rule in {
      NoOverrideOfImageVariables = { project = var.image_project, names = var.image_variables }
      NoOverrideOfVariables      = { project = var.deploy_project, names = var.build_variables }
      } : {
      Sid      = sid
      Effect   = "Deny"
      Action   = ["codebuild:StartBuild"]
      Resource = ["${local.arn_prefix}:codebuild:${var.region}:${var.account_id}:project/${rule.project}"]
      Condition = jsondecode(
        length(rule.names) == 0
        ? jsonencode({ Null = { (local.variables_key) = "false" } })
        : jsonencode({ "ForAnyValue:StringNotEquals" = { (local.variables_key) = sort(rule.names) } })
      )
    }
  ]

  apply_statements = [
    {
      Sid      = "RunTheBuilds"
      Effect   = "Allow"
      Action   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"]
      Resource = local.project_arns
    },
    {
      # So that a person hears what is missing before the build is started: the project, its role, its network, the quota.
      Sid      = "LookAtTheProjects"
      Effect   = "Allow"
      Action   = ["codebuild:BatchGetProjects"]
      Resource = local.project_arns
    },
    {
      Sid      = "LookAtWhatItNeeds"
      Effect   = "Allow"
      Action   = ["ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints", "servicequotas:ListServiceQuotas"]
      Resource = ["*"]
    },
    {
      Sid      = "LookAtItsRole"
      Effect   = "Allow"
      Action   = ["iam:GetRole"]
      Resource = ["${local.arn_prefix}:iam::${var.account_id}:role/${var.deploy_project}"]
    },
    {
      Sid      = "ReadTheirLogs"
      Effect   = "Allow"
      Action   = ["logs:FilterLogEvents", "logs:GetLogEvents"]
      Resource = [for name in local.builds : "${local.arn_prefix}:logs:${var.region}:${var.account_id}:log-group:/aws/codebuild/${name}:*"]
    },
    {
      Sid      = "ApplyTheLandingZone"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole"]
      Resource = [var.execution_role_arn]
    },
  ]
}

resource "aws_iam_role_policy" "apply" {
  name = "start-what-applies"
  role = aws_iam_role.apply.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.apply_statements, local.override_denials, local.variable_denials)
  })
}
