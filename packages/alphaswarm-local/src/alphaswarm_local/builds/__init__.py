"""AWS CodeBuild of the local cloud: builds that really run their buildspec, each in processes of its own."""
