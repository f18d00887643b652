environment = "prod"
account_id  = "333333333333"
hostname    = "admin.alpha-swarm.ai"

certificate_alternative_names = []
