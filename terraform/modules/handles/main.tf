# The only way in which this tree learns what the landing zone built. Both lists are compared with the typed list
# of handles in alphaswarm_core/handles.py by a test.
locals {
  required = {
    acm_certificate_arn_alb           = "String"
    admin_hostname                    = "String"
    admin_ledger_url_secret_arn       = "String"
    admin_session_key_secret_arn      = "String"
    ecr_admin_frontend_repository_arn = "String"
    ecr_admin_frontend_repository_url = "String"
    ecr_admin_repository_arn          = "String"
    ecr_admin_repository_url          = "String"
    ledger_client_security_group_id   = "String"
    permissions_boundary_arn          = "String"
    private_subnet_ids                = "StringList"
    public_subnet_ids                 = "StringList"
    vpc_id                            = "String"
    workload_kms_key_arn              = "String"
  }

  optional = {
    alb_access_logs_bucket = "String"
    hosted_zone_id         = "String"
  }

  path       = "/alphaswarm/${var.landing_zone}"
  roots      = [for name in ["", "admin-"] : "infrastructure/envs/${name}${var.landing_zone}"]
  publishers = join(" and ", local.roots)
}

# One paginated call for all handles. A SecureString stays encrypted here and is left out below: a secret travels
# by its ARN, never through a plan.
data "aws_ssm_parameters_by_path" "handles" {
  path            = local.path
  with_decryption = false

  lifecycle {
    postcondition {
      condition = length(setsubtract(keys(local.required), [for name in self.names : basename(name)])) == 0
      error_message = join(" ", [
        "Not published:",
        join(", ", [
          for name in setsubtract(keys(local.required), [for found in self.names : basename(found)]) : "${local.path}/${name}"
        ]),
        "- these handles come from ${local.publishers}.",
        "Apply those root modules first, in that order: terraform -chdir=${local.roots[0]} apply",
      ])
    }

    postcondition {
      condition = alltrue([
        for index, name in self.names :
        self.types[index] == lookup(merge(local.required, local.optional), basename(name), self.types[index])
      ])
      error_message = join(" ", [
        "Published with another type than this tree reads:",
        join(", ", [
          for index, name in self.names :
          "${name} is a ${self.types[index]} and has to be a ${merge(local.required, local.optional)[basename(name)]}"
          if self.types[index] != lookup(merge(local.required, local.optional), basename(name), self.types[index])
        ]),
        "- they come from ${local.publishers}.",
      ])
    }
  }
}

locals {
  # The provider marks every value as sensitive because some parameters are. Plain handles are names and addresses
  # that have to be readable in a plan.
  plain = {
    for index, name in data.aws_ssm_parameters_by_path.handles.names :
    basename(name) => nonsensitive(data.aws_ssm_parameters_by_path.handles.values)[index]
    if data.aws_ssm_parameters_by_path.handles.types[index] != "SecureString"
  }
}
