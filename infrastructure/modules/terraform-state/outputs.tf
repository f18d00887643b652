output "bucket" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "key_arn" {
  description = "The ARN of the key that encrypts the states."
  value       = module.kms.key_arn
}
