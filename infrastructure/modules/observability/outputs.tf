output "alarm_topic_arn" {
  description = "The topic that alarms go to."
  value       = aws_sns_topic.alarms.arn
}

output "trail_bucket" {
  description = "The bucket of the trail."
  value       = aws_s3_bucket.trail.id
}
