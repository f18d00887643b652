environment = "staging"
account_id  = "222222222222"
hostname    = "admin.staging.alpha-swarm.ai"

certificate_alternative_names = []
