output "admin_url" {
  description = "Where people open the admin."
  value       = module.admin.url
}

output "alb_dns_name" {
  description = "The load balancer's own DNS name: where the host name has to point."
  value       = module.admin.alb_dns_name
}

output "cognito_user_pool_id" {
  description = "The pool in which people are invited."
  value       = module.admin.cognito_user_pool_id
}

output "ecs_cluster_name" {
  description = "The cluster's name."
  value       = module.admin.ecs_cluster_name
}

output "ecs_service_names" {
  description = "The ECS services' names."
  value       = module.admin.ecs_service_names
}

# The runtime verifies these before a plan counts and again before it is applied, and holds the state against them.
output "images" {
  description = "What runs, by service: repository@sha256:digest; null for a service that does not run yet."
  value       = module.admin.images
}
