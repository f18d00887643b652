environment = "prod"
account_id  = "333333333333"
hostname    = "admin.alpha-swarm.ai"
vpc_cidr    = "10.30.0.0/16"

availability_zones            = ["us-east-1a", "us-east-1b", "us-east-1c"]
certificate_alternative_names = []
single_nat_gateway            = false

# The same as in alphaswarm.toml; a test compares them.
approvals = 2

github_repositories = [
  {
    name           = "Alpha-Swarm-ai/alphaswarm_platform"
    id             = "900000001"
    owner_id       = "800000001"
    subject_format = "immutable"
  },
  {
    name           = "Alpha-Swarm-ai/alphaswarm_admin"
    id             = "900000002"
    owner_id       = "800000001"
    subject_format = "immutable"
  },
]

apply_workflow_files = [
  "Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/terraform-pipeline.yml@refs/heads/main",
  "Alpha-Swarm-ai/alphaswarm_admin/.github/workflows/build-publish.yml@refs/heads/main",
]
