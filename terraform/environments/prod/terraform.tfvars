environment     = "prod"
landing_zone    = "prod"
account_id      = "333333333333"
hostname_prefix = ""

backend            = { cpu = 1024, memory = 2048, desired_count = 3 }
frontend           = { cpu = 512, memory = 1024, desired_count = 3 }
log_retention_days = 365

# Placeholder: the digest of zero bytes, which no image has. A release puts the digests of its verified images here.
backend_image_digest  = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
frontend_image_digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
