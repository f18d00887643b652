# The verdict. Every rule file adds to `findings`; how severe a finding is, the catalogue in data/rules.yaml says.
package main

import rego.v1

import data.lib.context

deny contains entry(finding) if {
	some finding in findings
	context.severity(finding.rule) == "deny"
}

warn contains entry(finding) if {
	some finding in findings
	context.severity(finding.rule) == "warn"
}

entry(finding) := {
	"rule": finding.rule,
	"address": finding.address,
	"what": finding.what,
	"msg": sprintf("%s: %s [%s]", [finding.address, finding.what, finding.rule]),
}

findings contains {"rule": "policy-data-missing", "address": "policy", "what": "data.settings is not there"} if {
	not data.settings
}

findings contains {"rule": "policy-data-missing", "address": "policy", "what": "data.rules is not there"} if {
	not data.rules
}

findings contains {"rule": "not-a-plan", "address": "input", "what": "has no resource_changes of a plan"} if {
	not is_array(object.get(input, "resource_changes", null))
	not empty_plan
}

# A plan of a stack without resources leaves the list out.
empty_plan if {
	is_string(input.format_version)
	is_object(input.planned_values)
	not "resource_changes" in object.keys(input)
}
