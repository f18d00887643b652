environment = "dev"
account_id  = "111111111111"
hostname    = "admin.dev.alpha-swarm.ai"
vpc_cidr    = "10.10.0.0/16"

availability_zones            = ["us-east-1a", "us-east-1b", "us-east-1c"]
certificate_alternative_names = ["minimum.admin.dev.alpha-swarm.ai"]
single_nat_gateway            = true
