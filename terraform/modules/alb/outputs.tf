output "arn" {
  description = "The load balancer's ARN: the signer of the identity header that targets have to verify."
  value       = aws_lb.this.arn
}

output "dns_name" {
  description = "The load balancer's own DNS name."
  value       = aws_lb.this.dns_name
}

output "security_group_id" {
  description = "The load balancer's security group: the only one that tasks accept traffic from."
  value       = aws_security_group.this.id
}

output "target_group_arns" {
  description = "The target groups' ARNs by target. They are handed out once rules bind them: ECS refuses an unbound one."
  value       = { for name, group in aws_lb_target_group.this : name => group.arn }
  depends_on  = [aws_lb_listener_rule.signed_in]
}

output "zone_id" {
  description = "The hosted zone of the load balancer's DNS name, for alias records."
  value       = aws_lb.this.zone_id
}
