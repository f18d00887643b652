output "cluster_arn" {
  description = "The cluster's ARN."
  value       = aws_ecs_cluster.this.arn
}

output "cluster_name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "execution_role_arn" {
  description = "The role that starts the tasks."
  value       = aws_iam_role.execution.arn
}

output "log_group_names" {
  description = "The log groups by service."
  value       = { for name, group in aws_cloudwatch_log_group.service : name => group.name }
}

output "service_names" {
  description = "The ECS services' names by service; of one without an image, the name that it will have."
  value       = { for name in keys(var.services) : name => "${var.name_prefix}-${name}-${var.environment}" }
}

output "task_role_arns" {
  description = "The tasks' own roles by service."
  value       = { for name, role in aws_iam_role.task : name => role.arn }
}

output "task_role_names" {
  description = "Their names by service, for further policies."
  value       = { for name, role in aws_iam_role.task : name => role.name }
}

output "task_security_group_id" {
  description = "The tasks' security group."
  value       = aws_security_group.tasks.id
}
