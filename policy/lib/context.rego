# How severe a rule is, here. Whoever evaluates hands in data.context: {"environment", "gated", "tree"}.
package lib.context

import rego.v1

# Without a context every environment counts as one that people guard.
default gated := true

gated := data.context.gated

# Without the catalogue everything denies.
severity(rule) := data.rules[rule].ungated if {
	not gated
} else := data.rules[rule].severity if {
	true
} else := "deny"
