environment     = "prod"
landing_zone    = "prod"
account_id      = "333333333333"
hostname_prefix = ""

backend            = { cpu = 1024, memory = 2048, desired_count = 3 }
frontend           = { cpu = 512, memory = 1024, desired_count = 3 }
log_retention_days = 365
