environment = "staging"
account_id  = "222222222222"
vpc_cidr    = "10.20.0.0/16"

availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
single_nat_gateway = true
endpoint_zones     = 2

ledger_database = {
  instance_class = "db.t4g.medium"
  storage_gib    = 50
  backup_days    = 14
  multi_az       = true
}

node_groups = {
  general = {
    instance_types = ["m7i.large"]
    smallest       = 2
    largest        = 4
  }
}

deploy_compute_type  = "BUILD_GENERAL1_MEDIUM"
image_compute_type   = "BUILD_GENERAL1_LARGE"
log_retention_days   = 30
trail_retention_days = 365
