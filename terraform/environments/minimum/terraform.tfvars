environment     = "minimum"
landing_zone    = "dev"
account_id      = "111111111111"
hostname_prefix = "minimum."

backend            = { cpu = 256, memory = 512, desired_count = 1 }
frontend           = { cpu = 256, memory = 512, desired_count = 1 }
log_retention_days = 7

# Placeholder: the digest of zero bytes, which no image has. A release puts the digests of its verified images here.
backend_image_digest  = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
frontend_image_digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
