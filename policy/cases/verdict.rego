# Of the verdict itself.
package cases.verdict

import rego.v1

cases["empty plan is fine"] := {
	"found": [],
	"input": {"format_version": "1.2", "planned_values": {}},
}

cases["something else than a plan is found"] := {
	"found": ["not-a-plan"],
	"input": {"version": 4, "resources": []},
}
