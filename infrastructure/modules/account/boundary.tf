# A boundary grants nothing; it says what no policy of such a role can grant. Everything here keeps one of these roles from
# making itself, or a role that it creates, more powerful than it was reviewed to be.
locals {
  trusted_roles = [for name in concat([var.execution_role_name], sort(var.protected_role_names)) : "${local.iam}:role/${name}"]
  build_role    = "${local.iam}:role/${var.build_role_name}"
}

resource "aws_iam_policy" "boundary" {
  name        = var.boundary_name
  description = "What no role of the deployment may do, whatever its policies say"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "PoliciesDecideTheRest"
        Effect   = "Allow"
        Action   = ["*"]
        Resource = ["*"]
      },
      {
        Sid      = "NotTheOrganisation"
        Effect   = "Deny"
        Action   = ["account:*", "organizations:*"]
        Resource = ["*"]
      },
      {
        # A key or a password outlives the session, and no review sees it.
        Sid    = "NoLongLivedCredentials"
        Effect = "Deny"
        Action = [
          "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateGroup",
          "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential", "iam:CreateUser", "iam:CreateVirtualMFADevice",
          "iam:PutGroupPolicy", "iam:PutUserPolicy", "iam:ResetServiceSpecificCredential", "iam:UpdateAccessKey",
          "iam:UpdateLoginProfile", "iam:UpdateServiceSpecificCredential", "iam:UpdateUser", "iam:UploadSSHPublicKey",
          "iam:UploadSigningCertificate", "sts:GetFederationToken",
        ]
        Resource = ["*"]
      },
      {
        Sid      = "BoundariesStay"
        Effect   = "Deny"
        Action   = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"]
        Resource = ["*"]
      },
      {
        # Without this a role could create one that has no boundary, and go on as that. A missing key fits StringNotEquals.
        Sid       = "NoRoleWithoutThisBoundary"
        Effect    = "Deny"
        Action    = ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
        Resource  = ["*"]
        Condition = { StringNotEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
      },
      {
        # Who may assume these roles, and what they may do, is changed by an administrator of the account only.
        Sid    = "TrustStays"
        Effect = "Deny"
        Action = [
          "iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*",
          "iam:Untag*", "iam:Update*",
        ]
        Resource = concat(
          local.trusted_roles,
          [local.build_role, local.boundary_arn, "${local.iam}:oidc-provider/token.actions.githubusercontent.com*"],
        )
      },
      {
        # A service that got one of these would act as it.
        Sid      = "NotHandedOn"
        Effect   = "Deny"
        Action   = ["iam:PassRole"]
        Resource = local.trusted_roles
      },
      {
        # Its own trust names the one project, so CodeBuild can act as it there and nowhere else. A missing key fits
        # StringNotEquals.
        Sid       = "HandedToItsBuildOnly"
        Effect    = "Deny"
        Action    = ["iam:PassRole"]
        Resource  = [local.build_role]
        Condition = { StringNotEquals = { "iam:PassedToService" = "codebuild.amazonaws.com" } }
      },
      {
        # Another way in beside the one that is reviewed.
        Sid      = "NoOtherWayIn"
        Effect   = "Deny"
        Action   = ["iam:CreateSAMLProvider", "iam:UpdateSAMLProvider", "rolesanywhere:*", "sso:*", "sso-directory:*"]
        Resource = ["*"]
      },
    ]
  })
}
