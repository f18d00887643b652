environment = "dev"
account_id  = "111111111111"

# The same as in alphaswarm.toml; a test compares them.
approvals = 0

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
