output "role_arn" {
  description = "The role that the deploy build acts with."
  value       = local.role_arn
}
