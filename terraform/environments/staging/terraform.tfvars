environment     = "staging"
landing_zone    = "staging"
account_id      = "222222222222"
hostname_prefix = ""

backend            = { cpu = 1024, memory = 2048, desired_count = 2 }
frontend           = { cpu = 512, memory = 1024, desired_count = 2 }
log_retention_days = 30
