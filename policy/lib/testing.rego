# What the tests build plans with, and what they look at.
package lib.testing

import rego.v1

plan(resources) := {"format_version": "1.2", "resource_changes": resources}

resource(type, after) := {
	"address": concat(".", [type, "this"]),
	"mode": "managed",
	"type": type,
	"name": "this",
	"change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {}},
}

# A resource that exists and to which `actions` happen.
acted(type, actions) := {
	"address": concat(".", [type, "this"]),
	"mode": "managed",
	"type": type,
	"name": "this",
	"change": {"actions": actions, "before": {"id": "x"}, "after": null, "after_unknown": {}},
}

# `resource` with attributes that will only be known after the apply.
pending(resource, names) := object.union(object.remove(resource, ["change"]), {"change": change}) if {
	unknown := {"after_unknown": {name: true | some name in names}}
	change := object.union(object.remove(resource.change, ["after_unknown"]), unknown)
}

