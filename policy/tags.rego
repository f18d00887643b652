# Whose it is.
package main

import rego.v1

import data.lib.plan

findings contains plan.finding("required-tags", each, sprintf("has no tag %s", [concat(", ", absent)])) if {
	some each in plan.kept
	"tags_all" in object.keys(each.change.after)
	not plan.unknown(each, "tags_all")
	tags := plan.value(each, "tags_all", {})
	absent := sort([tag | some tag in data.settings.required_tags; object.get(tags, tag, "") == ""])
	count(absent) > 0
}
