# Which images run, and whether their tags can be moved.
package main

import rego.v1

import data.lib.plan

findings contains plan.finding("mutable-image-tags", each, "has tags that can be moved") if {
	some each in plan.of_type("aws_ecr_repository")
	not each.change.after.image_tag_mutability == "IMMUTABLE"
}

by_digest := `@sha256:[0-9a-f]{64}$`

findings contains plan.finding("image-by-tag", each, sprintf("runs %s", [image])) if {
	some each in plan.of_type("aws_ecs_task_definition")
	some container in containers(each)
	image := object.get(container, "image", "no image at all")
	not regex.match(by_digest, image)
}

findings contains plan.finding("image-by-tag", each, sprintf("runs %s", [image])) if {
	some each in plan.of_type("aws_lambda_function")
	image := plan.value(each, "image_uri", "")
	image != ""
	not regex.match(by_digest, image)
}

findings contains plan.finding("image-not-known", each, "has containers that are not known before the apply") if {
	some each in plan.of_type("aws_ecs_task_definition")
	plan.unknown(each, "container_definitions")
}

containers(task) := [each |
	some each in plan.document(task, "container_definitions")
]
