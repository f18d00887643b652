environment = "dev"
account_id  = "111111111111"
vpc_cidr    = "10.10.0.0/16"

availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
single_nat_gateway = true
endpoint_zones     = 1

ledger_database = {
  instance_class = "db.t4g.micro"
  storage_gib    = 20
  backup_days    = 7
  multi_az       = false
}

node_groups = {
  general = {
    instance_types = ["t3.medium"]
    smallest       = 1
    largest        = 3
  }
}

deploy_compute_type  = "BUILD_GENERAL1_SMALL"
image_compute_type   = "BUILD_GENERAL1_LARGE"
log_retention_days   = 14
trail_retention_days = 365
