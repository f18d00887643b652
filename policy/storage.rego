# Buckets, disks and file systems.
package main

import rego.v1

import data.lib.plan

public_acls := {"public-read", "public-read-write", "authenticated-read", "website"}

findings contains plan.finding("public-bucket", each, sprintf("has the ACL %s", [acl])) if {
	some each in plan.of_types({"aws_s3_bucket", "aws_s3_bucket_acl"})
	acl := each.change.after.acl
	acl in public_acls
}

findings contains plan.finding("public-bucket", each, "grants something to everybody") if {
	some each in plan.of_type("aws_s3_bucket_acl")
	some policy in plan.blocks(each, "access_control_policy")
	some grant in policy.grant
	some grantee in grant.grantee
	endswith(grantee.uri, everybody)
}

everybody := "/AllUsers"

findings contains plan.finding("public-bucket", each, "grants something to every AWS account") if {
	some each in plan.of_type("aws_s3_bucket_acl")
	some policy in plan.blocks(each, "access_control_policy")
	some grant in policy.grant
	some grantee in grant.grantee
	endswith(grantee.uri, "/AuthenticatedUsers")
}

findings contains plan.finding("bucket-without-public-access-block", each, "has no public access block") if {
	some each in plan.of_type("aws_s3_bucket")
	not blocked(each)
}

# By the bucket's name, where it is known …
blocked(bucket) if {
	some block in plan.of_type("aws_s3_bucket_public_access_block")
	block.change.after.bucket == bucket.change.after.bucket
}

# … else by the reference in the configuration of the same module.
blocked(bucket) if {
	module := configured(plan.module_path(bucket))
	some block in module.resources
	block.type == "aws_s3_bucket_public_access_block"
	sprintf("%s.%s", [bucket.type, bucket.name]) in block.expressions.bucket.references
}

configured(path) := module if {
	keys := [key | some name in path; some key in ["module_calls", name, "module"]]
	module := object.get(input.configuration.root_module, keys, {"resources": []})
}

switches := {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}

findings contains plan.finding("public-access-block-open", each, sprintf("leaves %s off", [switch])) if {
	some each in plan.of_types({"aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"})
	some switch in switches
	not plan.true_or_unknown(each, switch)
}

findings contains plan.finding("unencrypted-disk", each, "is not encrypted") if {
	some each in plan.of_types({"aws_ebs_volume", "aws_efs_file_system"})
	not plan.true_or_unknown(each, "encrypted")
}

findings contains plan.finding("unencrypted-disk", each, sprintf("has an unencrypted %s", [name])) if {
	some each in plan.of_type("aws_instance")
	some name in {"ebs_block_device", "root_block_device"}
	some block in plan.blocks(each, name)
	not plan.unknown(each, name)
	not block.encrypted == true
}

findings contains plan.finding("unencrypted-disk", each, "has an unencrypted volume") if {
	some each in plan.of_type("aws_launch_template")
	some mapping in plan.blocks(each, "block_device_mappings")
	some volume in mapping.ebs
	not volume.encrypted in {true, "true"}
}
