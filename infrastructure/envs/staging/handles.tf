# What this tree tells everybody else, and the only place where it does.
locals {
  handles = {
    alarm_topic_arn                 = { type = "String", value = module.observability.alarm_topic_arn }
    deploy_project_name             = { type = "String", value = module.codebuild.project_names.deploy }
    eks_cluster_name                = { type = "String", value = module.eks.name }
    image_project_name              = { type = "String", value = module.codebuild.project_names.image }
    ledger_client_security_group_id = { type = "String", value = module.ledger.client_security_group_id }
    ledger_database_endpoint        = { type = "String", value = module.ledger.endpoint }
    ledger_master_secret_arn        = { type = "String", value = module.ledger.master_secret_arn }
    private_subnet_ids              = { type = "StringList", value = join(",", module.vpc.private_subnet_ids) }
    public_subnet_ids               = { type = "StringList", value = join(",", module.vpc.public_subnet_ids) }
    vpc_id                          = { type = "String", value = module.vpc.vpc_id }
    workload_kms_key_arn            = { type = "String", value = module.kms.key_arn }
  }
}

resource "aws_ssm_parameter" "handle" {
  for_each = local.handles

  name           = "/alphaswarm/${var.environment}/${each.key}"
  description    = "Published by infrastructure/envs/${var.environment}"
  type           = each.value.type
  insecure_value = each.value.value
}
