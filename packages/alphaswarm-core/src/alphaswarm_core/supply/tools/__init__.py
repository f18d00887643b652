"""Programs that images are built and looked at with. The one place of `supply` that starts processes."""
