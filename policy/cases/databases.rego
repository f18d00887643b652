package cases.databases

import rego.v1

import data.lib.testing

good := {"storage_encrypted": true, "publicly_accessible": false, "backup_retention_period": 7, "instance_class": "db.r6g.large"}

database(changes) := testing.plan([testing.resource("aws_db_instance", object.union(good, changes))])

cases["good database is fine"] := {
	"found": [],
	"input": database({}),
}

cases["unencrypted database is found"] := {
	"found": ["unencrypted-database"],
	"input": database({"storage_encrypted": false}),
}

cases["public database is found"] := {
	"found": ["public-database"],
	"input": database({"publicly_accessible": true}),
}

cases["database without backups is found"] := {
	"found": ["database-without-backups"],
	"input": database({"backup_retention_period": 0}),
}

cases["too large database is found"] := {
	"found": ["oversized-database"],
	"input": database({"instance_class": "db.r6g.16xlarge"}),
}

cases["encryption that is not known yet is fine"] := {
	"found": [],
	"input": testing.plan([testing.pending(testing.resource("aws_db_instance", object.remove(good, ["storage_encrypted"])), ["storage_encrypted"])]),
}

cases["unencrypted cluster is found"] := {
	"found": ["unencrypted-database"],
	"input": testing.plan([testing.resource("aws_rds_cluster", {"storage_encrypted": null, "backup_retention_period": 7})]),
}

cases["cache in the clear is found"] := {
	"found": ["unencrypted-database"],
	"input": testing.plan([testing.resource("aws_elasticache_replication_group", {
		"at_rest_encryption_enabled": true,
		"transit_encryption_enabled": false,
		"node_type": "cache.t4g.small",
	})]),
}

cases["many cache nodes are found"] := {
	"found": ["many-cache-nodes"],
	"input": testing.plan([testing.resource("aws_elasticache_replication_group", {"at_rest_encryption_enabled": true, "transit_encryption_enabled": true, "num_cache_clusters": 4})]),
}

cases["serverless class has no size"] := {
	"found": [],
	"input": testing.plan([testing.resource("aws_rds_cluster_instance", {"instance_class": "db.serverless", "publicly_accessible": false})]),
}
