# Databases and caches.
package main

import rego.v1

import data.lib.plan

stored := {"aws_db_instance", "aws_docdb_cluster", "aws_neptune_cluster", "aws_rds_cluster"}

# An instance of a cluster has the cluster's storage.
findings contains plan.finding("unencrypted-database", each, "is not encrypted at rest") if {
	some each in plan.of_types(stored)
	not plan.true_or_unknown(each, "storage_encrypted")
	not plan.given(each, "replicate_source_db")
}

findings contains plan.finding("unencrypted-database", each, "is not encrypted at rest") if {
	some each in plan.of_type("aws_redshift_cluster")
	not plan.true_or_unknown(each, "encrypted")
}

findings contains plan.finding("unencrypted-database", each, sprintf("has %s off", [switch])) if {
	some each in plan.of_type("aws_elasticache_replication_group")
	some switch in {"at_rest_encryption_enabled", "transit_encryption_enabled"}
	not plan.true_or_unknown(each, switch)
}

reachable := {"aws_db_instance", "aws_rds_cluster_instance", "aws_redshift_cluster"}

findings contains plan.finding("public-database", each, "is publicly accessible") if {
	some each in plan.of_types(reachable)
	each.change.after.publicly_accessible == true
}

findings contains plan.finding("database-without-backups", each, "keeps no backups") if {
	some each in plan.of_types({"aws_db_instance", "aws_rds_cluster"})
	plan.value(each, "backup_retention_period", 0) < 1
	not plan.unknown(each, "backup_retention_period")
	not plan.given(each, "replicate_source_db")
}
