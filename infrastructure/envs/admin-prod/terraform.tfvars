environment = "prod"
account_id  = "333333333333"
hostname    = "admin.alpha-swarm.ai"
vpc_cidr    = "10.30.0.0/16"

availability_zones            = ["us-east-1a", "us-east-1b", "us-east-1c"]
certificate_alternative_names = []
single_nat_gateway            = false
