# What holds secrets, messages and logs.
package main

import rego.v1

import data.lib.plan

findings contains plan.finding("secret-without-own-key", each, "has no key of its own") if {
	some each in plan.of_type("aws_secretsmanager_secret")
	not plan.given(each, "kms_key_id")
}

findings contains plan.finding("unencrypted-queue", each, "is not encrypted") if {
	some each in plan.of_type("aws_sqs_queue")
	not plan.given(each, "kms_master_key_id")
	not plan.true_or_unknown(each, "sqs_managed_sse_enabled")
}

findings contains plan.finding("unencrypted-queue", each, "is not encrypted") if {
	some each in plan.of_type("aws_sns_topic")
	not plan.given(each, "kms_master_key_id")
}

findings contains plan.finding("unencrypted-queue", each, "is not encrypted") if {
	some each in plan.of_type("aws_kinesis_stream")
	not each.change.after.encryption_type == "KMS"
}

findings contains plan.finding("log-group-without-retention", each, "keeps its logs for ever") if {
	some each in plan.of_type("aws_cloudwatch_log_group")
	not plan.given(each, "retention_in_days")
}
