output "alb_dns_name" {
  description = "The load balancer's own DNS name."
  value       = module.alb.dns_name
}

output "alb_zone_id" {
  description = "The hosted zone of that DNS name."
  value       = module.alb.zone_id
}

output "cognito_user_pool_endpoint" {
  description = "The pool's issuer without its scheme."
  value       = module.cognito.user_pool_endpoint
}

output "cognito_user_pool_id" {
  description = "The pool's id."
  value       = module.cognito.user_pool_id
}

output "ecs_cluster_name" {
  description = "The cluster's name."
  value       = module.ecs.cluster_name
}

output "ecs_log_group_names" {
  description = "The services' log groups, sorted."
  value       = sort(values(module.ecs.log_group_names))
}

output "ecs_service_names" {
  description = "The ECS services' names, sorted."
  value       = sort(values(module.ecs.service_names))
}

output "images" {
  description = "What runs, by service: repository@sha256:digest; null for a service that does not run yet."
  value       = local.images
}

output "url" {
  description = "Where people open the admin."
  value       = local.url
}
