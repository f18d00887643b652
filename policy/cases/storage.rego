package cases.storage

import rego.v1

import data.lib.testing

bucket := testing.resource("aws_s3_bucket", {"bucket": "b"})

block(changes) := testing.resource("aws_s3_bucket_public_access_block", object.union(
	{
		"bucket": "b",
		"block_public_acls": true,
		"block_public_policy": true,
		"ignore_public_acls": true,
		"restrict_public_buckets": true,
	},
	changes,
))

cases["bucket with its block is fine"] := {
	"found": [],
	"input": testing.plan([bucket, block({})]),
}

cases["bucket without block is found"] := {
	"found": ["bucket-without-public-access-block"],
	"input": testing.plan([bucket]),
}

cases["block of another bucket does not help"] := {
	"found": ["bucket-without-public-access-block"],
	"input": testing.plan([bucket, block({"bucket": "c"})]),
}

configured := {"configuration": {"root_module": {"resources": [{
	"type": "aws_s3_bucket_public_access_block",
	"expressions": {"bucket": {"references": ["aws_s3_bucket.this.id", "aws_s3_bucket.this"]}},
}]}}}

cases["block by reference is seen when the name is not known"] := {
	"found": [],
	"input": object.union(
		testing.plan([
			testing.pending(testing.resource("aws_s3_bucket", {}), ["bucket"]),
			testing.pending(block({"bucket": null}), ["bucket"]),
		]),
		configured,
	),
}

cases["open block is found"] := {
	"found": ["public-access-block-open"],
	"input": testing.plan([bucket, block({"block_public_policy": false})]),
}

cases["public acl is found"] := {
	"found": ["public-bucket"],
	"input": testing.plan([testing.resource("aws_s3_bucket_acl", {"acl": "public-read"})]),
}

cases["private acl is fine"] := {
	"found": [],
	"input": testing.plan([testing.resource("aws_s3_bucket_acl", {"acl": "private"})]),
}

cases["grant to everybody is found"] := {
	"found": ["public-bucket"],
	"input": testing.plan([testing.resource("aws_s3_bucket_acl", {"access_control_policy": [{"grant": [{"grantee": [{"uri": "http://acs.amazonaws.com/groups/global/AllUsers"}]}]}]})]),
}

cases["unencrypted volume is found"] := {
	"found": ["unencrypted-disk"],
	"input": testing.plan([testing.resource("aws_ebs_volume", {"encrypted": false})]),
}

cases["volume without a word on encryption is found"] := {
	"found": ["unencrypted-disk"],
	"input": testing.plan([testing.resource("aws_ebs_volume", {})]),
}

cases["encrypted volume is fine"] := {
	"found": [],
	"input": testing.plan([testing.resource("aws_ebs_volume", {"encrypted": true})]),
}

cases["unencrypted root disk is found"] := {
	"found": ["unencrypted-disk"],
	"input": testing.plan([testing.resource("aws_instance", {"root_block_device": [{"encrypted": false}]})]),
}

cases["unencrypted launch template is found"] := {
	"found": ["unencrypted-disk"],
	"input": testing.plan([testing.resource("aws_launch_template", {"block_device_mappings": [{"ebs": [{"encrypted": "false"}]}]})]),
}
