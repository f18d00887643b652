package cases.images_and_cost

import rego.v1

import data.lib.testing

only(type, after) := testing.plan([testing.resource(type, after)])

digest := "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

task(image) := only("aws_ecs_task_definition", {"container_definitions": [{"image": image}], "cpu": "512", "memory": "1024"})

cases["image by digest is fine"] := {
	"found": [],
	"input": task(concat("@", ["r/app", digest])),
}

cases["image by tag is found"] := {
	"found": ["image-by-tag"],
	"input": task("r/app:latest"),
}

cases["image without tag is found"] := {
	"found": ["image-by-tag"],
	"input": task("r/app"),
}

cases["container without image is found"] := {
	"found": ["image-by-tag"],
	"input": only("aws_ecs_task_definition", {"container_definitions": [{}]}),
}

cases["unreadable containers are found"] := {
	"found": ["unreadable-document"],
	"input": only("aws_ecs_task_definition", {"container_definitions": "[broken"}),
}

cases["unknown containers are said"] := {
	"found": ["image-not-known"],
	"input": testing.plan([testing.pending(testing.resource("aws_ecs_task_definition", {}), ["container_definitions"])]),
}

cases["function by tag is found"] := {
	"found": ["image-by-tag"],
	"input": only("aws_lambda_function", {"image_uri": "r/app:1"}),
}

cases["image by tag denies also where no approval is asked for"] := {
	"found": ["image-by-tag"],
	"denied": ["image-by-tag"],
	"context": {"gated": false},
	"input": task("r/app:1"),
}

cases["image by tag denies behind a gate"] := {
	"found": ["image-by-tag"],
	"denied": ["image-by-tag"],
	"context": {"gated": true},
	"input": task("r/app:1"),
}

cases["movable tags are found"] := {
	"found": ["mutable-image-tags"],
	"input": only("aws_ecr_repository", {"image_tag_mutability": "MUTABLE"}),
}

cases["fixed tags are fine"] := {
	"found": [],
	"input": only("aws_ecr_repository", {"image_tag_mutability": "IMMUTABLE"}),
}

cases["destroyed database is found"] := {
	"found": ["stateful-destroyed"],
	"input": testing.plan([testing.acted("aws_rds_cluster", ["delete"])]),
}

cases["replaced key is found"] := {
	"found": ["stateful-destroyed"],
	"input": testing.plan([testing.acted("aws_kms_key", ["create", "delete"])]),
}

cases["destroyed rule is fine"] := {
	"found": [],
	"input": testing.plan([testing.acted("aws_lb_listener_rule", ["delete"])]),
}

cases["loss only warns where no approval is asked for"] := {
	"found": ["stateful-destroyed"],
	"denied": [],
	"context": {"gated": false},
	"input": testing.plan([testing.acted("aws_kms_key", ["delete"])]),
}

tagged(tags) := only("aws_lb", {"tags_all": tags})

cases["all tags are fine"] := {
	"found": [],
	"input": tagged({"environment": "dev", "managed_by": "terraform", "repository": "r"}),
}

cases["missing tag is found"] := {
	"found": ["required-tags"],
	"input": tagged({"environment": "dev", "managed_by": "terraform"}),
}

cases["empty tag is found"] := {
	"found": ["required-tags"],
	"input": tagged({"environment": "dev", "managed_by": "terraform", "repository": ""}),
}

cases["no tags at all are found"] := {
	"found": ["required-tags"],
	"input": tagged(null),
}

cases["what cannot be tagged is fine"] := {
	"found": [],
	"input": only("aws_lb_listener_certificate", {}),
}

cases["large instance is found"] := {
	"found": ["oversized-compute"],
	"input": only("aws_instance", {"instance_type": "m7g.16xlarge"}),
}

cases["bare metal is found"] := {
	"found": ["oversized-compute"],
	"input": only("aws_instance", {"instance_type": "m7g.metal"}),
}

cases["small instance is fine"] := {
	"found": [],
	"input": only("aws_instance", {"instance_type": "t4g.small"}),
}

cases["large nodes are found"] := {
	"found": ["oversized-compute"],
	"input": only("aws_eks_node_group", {"instance_types": ["t4g.small", "p5.48xlarge"]}),
}

cases["large task is found"] := {
	"found": ["oversized-compute"],
	"input": only("aws_ecs_task_definition", {"container_definitions": [], "cpu": "16384"}),
}

cases["second nat gateway only warns"] := {
	"found": ["many-nat-gateways"],
	"denied": [],
	"input": testing.plan([testing.resource("aws_nat_gateway", {}), testing.resource("aws_nat_gateway", {})]),
}
