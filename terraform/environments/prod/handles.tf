# What this tree publishes back, and the only place where it does.
locals {
  handles = {
    admin_url                  = { type = "String", value = module.admin.url }
    alb_dns_name               = { type = "String", value = module.admin.alb_dns_name }
    alb_zone_id                = { type = "String", value = module.admin.alb_zone_id }
    cognito_user_pool_endpoint = { type = "String", value = module.admin.cognito_user_pool_endpoint }
    cognito_user_pool_id       = { type = "String", value = module.admin.cognito_user_pool_id }
    ecs_cluster_name           = { type = "String", value = module.admin.ecs_cluster_name }
    ecs_log_group_names        = { type = "StringList", value = join(",", module.admin.ecs_log_group_names) }
    ecs_service_names          = { type = "StringList", value = join(",", module.admin.ecs_service_names) }
  }
}

resource "aws_ssm_parameter" "handle" {
  for_each = local.handles

  name           = "/alphaswarm/${var.environment}/${each.key}"
  description    = "Published by terraform/environments/${var.environment}"
  type           = each.value.type
  insecure_value = each.value.value
}
