"""What rules look at: policies, Terraform modules, workflow files, repository settings, plain files."""
