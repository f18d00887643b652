environment = "prod"
account_id  = "333333333333"
vpc_cidr    = "10.30.0.0/16"

availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
single_nat_gateway = false
endpoint_zones     = 3

ledger_database = {
  instance_class = "db.m7g.large"
  storage_gib    = 100
  backup_days    = 35
  multi_az       = true
}

node_groups = {
  general = {
    instance_types = ["m7i.xlarge"]
    smallest       = 3
    largest        = 9
  }
}

deploy_compute_type  = "BUILD_GENERAL1_MEDIUM"
image_compute_type   = "BUILD_GENERAL1_XLARGE"
log_retention_days   = 365
trail_retention_days = 2557
