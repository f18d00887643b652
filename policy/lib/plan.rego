# What rules ask a plan for. Input: the output of `terraform show -json PLANFILE`.
package lib.plan

import rego.v1

# What will exist after the apply. Unchanged resources too: what was wrong before the rule is still wrong.
kept := [each |
	some each in input.resource_changes
	each.mode == "managed"
	is_object(each.change.after)
]

of_type(type) := [each | some each in kept; each.type == type]

of_types(types) := [each | some each in kept; each.type in types]

# The attribute's value, or `fallback` where it is absent or null.
value(resource, name, fallback) := fallback if {
	object.get(resource.change.after, name, null) == null
} else := resource.change.after[name]

# Whether the attribute will only be known after the apply: a reference to something that is created with it.
unknown(resource, name) if object.get(resource.change, ["after_unknown", name], false) == true

unknown(resource, name) if count(object.get(resource.change, ["after_unknown", name], false)) > 0

# Whether the attribute has a value, known or not yet known.
given(resource, name) if not value(resource, name, "") in {"", 0, false}

given(resource, name) if unknown(resource, name)

true_or_unknown(resource, name) if value(resource, name, false) in {true, "true"}

true_or_unknown(resource, name) if unknown(resource, name)

# The blocks of a nested attribute.
blocks(resource, name) := [each | some each in value(resource, name, [])]

# A document that an attribute holds as JSON text. It may be handed over parsed.
document(resource, name) := parsed(value(resource, name, null))

parsed(text) := json.unmarshal(text) if {
	is_string(text)
	json.is_valid(text)
}

parsed(value) := value if is_object(value)

parsed(value) := value if is_array(value)

# Text where a document belongs that cannot be read, so that no rule would see what is in it.
unreadable(resource, name) if {
	text := value(resource, name, "")
	is_string(text)
	text != ""
	not json.is_valid(text)
}

# The module path of a resource without instance keys, for example ["admin", "ecs"].
module_path(resource) := [name |
	address := regex.replace(object.get(resource, "module_address", ""), `\[[^\]]*\]`, "")
	some part in split(address, "module.")
	name := trim_suffix(part, ".")
	name != ""
]

# What a rule reports: `what` completes the sentence that starts with the address.
finding(rule, resource, what) := {"rule": rule, "address": resource.address, "what": what}
