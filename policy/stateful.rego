# What cannot be got back.
package main

import rego.v1

import data.lib.plan

findings contains plan.finding("stateful-destroyed", each, sprintf("is %s", [lost(each.change.actions)])) if {
	some each in input.resource_changes
	each.mode == "managed"
	each.type in data.settings.stateful_types
	"delete" in each.change.actions
}

lost(actions) := "destroyed" if {
	actions == ["delete"]
} else := "replaced, and loses what it holds"
