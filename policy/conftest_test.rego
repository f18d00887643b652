# For `conftest verify` and `opa test`: every case of cases/. `alphaswarm policy test` runs the same cases one by one,
# because the engine that it embeds does not carry `with` through functions.
package conftest_test

import rego.v1

rules(findings) := {each.rule | some each in findings}

test_every_case_finds_what_it_says if {
	every file, group in data.cases {
		every name, case in group.cases {
			rules(data.main.findings) == {each | some each in case.found} with input as case.input
				with data.context as object.get(case, "context", {"gated": true})
		}
	}
}

test_every_case_denies_what_it_says if {
	every file, group in data.cases {
		every name, case in group.cases {
			denied := object.get(case, "denied", null)
			verdict_matches(denied, case)
		}
	}
}

verdict_matches(null, _)

verdict_matches(denied, case) if {
	is_array(denied)
	rules(data.main.deny) == {each | some each in denied} with input as case.input
		with data.context as object.get(case, "context", {"gated": true})
}
