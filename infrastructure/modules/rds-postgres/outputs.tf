output "client_security_group_id" {
  description = "The security group whose members reach the database."
  value       = aws_security_group.clients.id
}

output "endpoint" {
  description = "The database's host and port."
  value       = aws_db_instance.this.endpoint
}

output "identifier" {
  description = "The instance's identifier."
  value       = aws_db_instance.this.identifier
}

output "master_secret_arn" {
  description = "The secret in which RDS keeps the administrator's password."
  value       = one(aws_db_instance.this.master_user_secret).secret_arn
}
