# Reading IAM policy documents that stand in attributes as JSON text.
package lib.iam

import rego.v1

import data.lib.plan

attributes := {"access_policies", "assume_role_policy", "policy"}

# The statements of every policy document of a resource.
statements(resource) := [statement |
	some name in attributes
	document := plan.document(resource, name)
	is_object(document)
	some statement in as_list(object.get(document, "Statement", []))
]

as_list(value) := value if {
	is_array(value)
} else := [value]

# An Allow for everybody that no condition narrows.
allows_everybody(statement) if {
	statement.Effect == "Allow"
	everybody(statement)
	not narrowed(statement)
}

everybody(statement) if statement.Principal == "*"

everybody(statement) if "*" in as_list(statement.Principal.AWS)

# Everybody but somebody is nearly everybody.
everybody(statement) if statement.NotPrincipal

narrowing_keys := {
	"aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths",
	"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce",
	"kms:calleraccount",
}

# Operators that hold for a missing key (IfExists, ForAllValues, negated ones) narrow nothing.
narrowing_operators := {"arnequals", "arnlike", "stringequals", "stringequalsignorecase", "stringlike"}

narrowed(statement) if {
	some operator, keys in statement.Condition
	lower(operator) in narrowing_operators
	some key, values in keys
	lower(key) in narrowing_keys
	not "*" in as_list(values)
}
