output "log_group_names" {
  description = "The log groups of the deploy build and the image build."
  value       = { for build, group in aws_cloudwatch_log_group.build : build => group.name }
}

output "project_names" {
  description = "The projects of the deploy build and the image build."
  value       = { deploy = aws_codebuild_project.deploy.name, image = aws_codebuild_project.image.name }
}
