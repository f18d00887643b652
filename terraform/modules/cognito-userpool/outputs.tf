output "client_id" {
  description = "The app client that the ALB uses."
  value       = aws_cognito_user_pool_client.alb.id
}

output "domain" {
  description = "The domain prefix of the sign-in page."
  value       = aws_cognito_user_pool_domain.this.domain
}

output "user_pool_arn" {
  description = "The pool's ARN."
  value       = aws_cognito_user_pool.this.arn
}

output "user_pool_endpoint" {
  description = "The pool's issuer without its scheme: cognito-idp.<region>.amazonaws.com/<pool>."
  value       = aws_cognito_user_pool.this.endpoint
}

output "user_pool_id" {
  description = "The pool's id."
  value       = aws_cognito_user_pool.this.id
}
