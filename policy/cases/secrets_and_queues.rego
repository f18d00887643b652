package cases.secrets_and_queues

import rego.v1

import data.lib.testing

only(type, after) := testing.plan([testing.resource(type, after)])

cases["secret without key is found"] := {
	"found": ["secret-without-own-key"],
	"input": only("aws_secretsmanager_secret", {"kms_key_id": null}),
}

cases["secret with key is fine"] := {
	"found": [],
	"input": only("aws_secretsmanager_secret", {"kms_key_id": "k"}),
}

cases["secret whose key is made with it is fine"] := {
	"found": [],
	"input": testing.plan([testing.pending(testing.resource("aws_secretsmanager_secret", {}), ["kms_key_id"])]),
}

cases["queue in the clear is found"] := {
	"found": ["unencrypted-queue"],
	"input": only("aws_sqs_queue", {"sqs_managed_sse_enabled": false}),
}

cases["queue with managed encryption is fine"] := {
	"found": [],
	"input": only("aws_sqs_queue", {"sqs_managed_sse_enabled": true}),
}

cases["topic in the clear is found"] := {
	"found": ["unencrypted-queue"],
	"input": only("aws_sns_topic", {}),
}

cases["topic with key is fine"] := {
	"found": [],
	"input": only("aws_sns_topic", {"kms_master_key_id": "k"}),
}

cases["stream in the clear is found"] := {
	"found": ["unencrypted-queue"],
	"input": only("aws_kinesis_stream", {"encryption_type": "NONE"}),
}

cases["log group without retention is found"] := {
	"found": ["log-group-without-retention"],
	"input": only("aws_cloudwatch_log_group", {"retention_in_days": 0}),
}

cases["log group with retention is fine"] := {
	"found": [],
	"input": only("aws_cloudwatch_log_group", {"retention_in_days": 14}),
}
