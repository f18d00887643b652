environment = "staging"
account_id  = "222222222222"
hostname    = "admin.staging.alpha-swarm.ai"
vpc_cidr    = "10.20.0.0/16"

availability_zones            = ["us-east-1a", "us-east-1b", "us-east-1c"]
certificate_alternative_names = []
single_nat_gateway            = true
