# What everybody else has to know about who may change the account, and the only place where it is said.
locals {
  handles = {
    deployer_role_arn        = { type = "String", value = module.github_oidc.apply_role_arn }
    execution_role_arn       = { type = "String", value = module.account.execution_role_arn }
    permissions_boundary_arn = { type = "String", value = module.account.permissions_boundary_arn }
    plan_role_arn            = { type = "String", value = module.github_oidc.plan_role_arn }
    state_kms_key_arn        = { type = "String", value = module.state.key_arn }
  }
}

resource "aws_ssm_parameter" "handle" {
  for_each = local.handles

  name           = "/alphaswarm/${var.environment}/${each.key}"
  description    = "Published by infrastructure/bootstrap"
  type           = each.value.type
  insecure_value = each.value.value
}
