output "name" {
  description = "The cluster's name."
  value       = aws_eks_cluster.this.name
}

output "security_group_id" {
  description = "The security group of control plane and nodes."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}
