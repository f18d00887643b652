environment     = "dev"
landing_zone    = "dev"
account_id      = "111111111111"
hostname_prefix = ""

backend            = { cpu = 512, memory = 1024, desired_count = 1 }
frontend           = { cpu = 256, memory = 512, desired_count = 1 }
log_retention_days = 14
