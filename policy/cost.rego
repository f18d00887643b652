# What would be expensive by mistake.
package main

import rego.v1

import data.lib.plan

sized := {"aws_db_instance": "instance_class", "aws_rds_cluster_instance": "instance_class", "aws_elasticache_replication_group": "node_type"}

findings contains plan.finding("oversized-database", each, sprintf("is a %s", [class])) if {
	some each in plan.kept
	class := each.change.after[sized[each.type]]
	is_string(class)
	not class in data.settings.unsized_classes
	too_large(class)
}

findings contains plan.finding("oversized-compute", each, sprintf("is a %s", [type])) if {
	some each in plan.of_types({"aws_instance", "aws_launch_template"})
	type := each.change.after.instance_type
	is_string(type)
	too_large(type)
}

findings contains plan.finding("oversized-compute", each, sprintf("has nodes of type %s", [type])) if {
	some each in plan.of_type("aws_eks_node_group")
	some type in plan.value(each, "instance_types", [])
	too_large(type)
}

findings contains plan.finding("oversized-compute", each, sprintf("asks for %v %s", [size, name])) if {
	some each in plan.of_type("aws_ecs_task_definition")
	some name in {"cpu", "memory"}
	size := to_number(plan.value(each, name, "0"))
	size > data.settings[sprintf("largest_task_%s", [name])]
}

# The size is the last part of a type: db.r6g.large, m7g.2xlarge, cache.t4g.micro.
too_large(type) if {
	parts := split(type, ".")
	not parts[count(parts) - 1] in data.settings.sizes
}

findings contains plan.finding("many-cache-nodes", each, sprintf("has %v nodes", [nodes])) if {
	some each in plan.of_type("aws_elasticache_replication_group")
	nodes := plan.value(each, "num_cache_clusters", 1)
	nodes > data.settings.largest_cache_nodes
}

findings contains plan.finding("many-nat-gateways", gateways[0], sprintf("is one of %d", [count(gateways)])) if {
	gateways := plan.of_type("aws_nat_gateway")
	count(gateways) > data.settings.most_nat_gateways
}
