environment = "dev"
account_id  = "111111111111"
hostname    = "admin.dev.alpha-swarm.ai"

certificate_alternative_names = ["minimum.admin.dev.alpha-swarm.ai"]
