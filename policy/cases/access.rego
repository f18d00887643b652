package cases.access

import rego.v1

import data.lib.testing

parsed_policy(statement) := testing.plan([testing.resource("aws_sqs_queue_policy", {"policy": {"Statement": [statement]}})])

open := {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}

cases["policy for everybody is found"] := {
	"found": ["wildcard-principal"],
	"input": parsed_policy(open),
}

cases["policy for every account is found"] := {
	"found": ["wildcard-principal"],
	"input": parsed_policy(object.union(open, {"Principal": {"AWS": ["*"]}})),
}

cases["policy for all but one is found"] := {
	"found": ["wildcard-principal"],
	"input": parsed_policy({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "*"}),
}

cases["narrowed policy is fine"] := {
	"found": [],
	"input": parsed_policy(object.union(open, {"Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}})),
}

cases["condition that holds without the key does not narrow"] := {
	"found": ["wildcard-principal"],
	"input": parsed_policy(object.union(open, {"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}}})),
}

cases["condition for any value does not narrow"] := {
	"found": ["wildcard-principal"],
	"input": parsed_policy(object.union(open, {"Condition": {"StringLike": {"aws:SourceArn": "*"}}})),
}

cases["denial for everybody is fine"] := {
	"found": [],
	"input": parsed_policy(object.union(open, {"Effect": "Deny"})),
}

cases["named principal is fine"] := {
	"found": [],
	"input": parsed_policy(object.union(open, {"Principal": {"Service": "sns.amazonaws.com"}})),
}

cases["unreadable policy is found"] := {
	"found": ["unreadable-document"],
	"input": testing.plan([testing.resource("aws_sqs_queue_policy", {"policy": "{not json"})]),
}

ingress(after) := testing.plan([testing.resource("aws_vpc_security_group_ingress_rule", object.union(
	{"cidr_ipv4": "0.0.0.0/0", "from_port": 443, "to_port": 443, "ip_protocol": "tcp"},
	after,
))])

cases["https from anywhere is fine"] := {
	"found": [],
	"input": ingress({}),
}

cases["ssh from anywhere is found"] := {
	"found": ["open-ingress"],
	"input": ingress({"from_port": 22, "to_port": 22}),
}

cases["range that starts at a web port is found"] := {
	"found": ["open-ingress"],
	"input": ingress({"to_port": 65535}),
}

cases["all protocols from anywhere are found"] := {
	"found": ["open-ingress"],
	"input": ingress({"from_port": null, "to_port": null, "ip_protocol": "-1"}),
}

cases["ssh from inside is fine"] := {
	"found": [],
	"input": ingress({"cidr_ipv4": "10.0.0.0/8", "from_port": 22, "to_port": 22}),
}

cases["ipv6 counts too"] := {
	"found": ["open-ingress"],
	"input": ingress({"cidr_ipv4": null, "cidr_ipv6": "::/0", "from_port": 22, "to_port": 22}),
}

cases["inline rules are found"] := {
	"found": ["open-ingress"],
	"input": testing.plan([testing.resource("aws_security_group", {"ingress": [{"cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": [], "from_port": 0, "to_port": 0, "protocol": "-1"}]})]),
}

cases["old rule resources are found"] := {
	"found": ["open-ingress"],
	"input": testing.plan([testing.resource("aws_security_group_rule", {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"], "from_port": 3389, "to_port": 3389, "protocol": "tcp"})]),
}

listener(after) := testing.plan([testing.resource("aws_lb_listener", after)])

cases["modern listener is fine"] := {
	"found": [],
	"input": listener({"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}),
}

cases["old listener is found"] := {
	"found": ["old-tls"],
	"input": listener({"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-2016-08"}),
}

cases["newer name with old versions is found"] := {
	"found": ["old-tls"],
	"input": listener({"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-0-2021-06"}),
}

cases["old distribution is found"] := {
	"found": ["old-tls"],
	"input": testing.plan([testing.resource("aws_cloudfront_distribution", {"viewer_certificate": [{"minimum_protocol_version": "TLSv1.1_2016"}]})]),
}

cases["old api domain is found"] := {
	"found": ["old-tls"],
	"input": testing.plan([testing.resource("aws_api_gateway_domain_name", {})]),
}

cases["redirecting listener is fine"] := {
	"found": [],
	"input": listener({"protocol": "HTTP", "default_action": [{"type": "redirect", "redirect": [{"protocol": "HTTPS"}]}]}),
}

cases["plain listener is found"] := {
	"found": ["plain-http"],
	"input": listener({"protocol": "HTTP", "default_action": [{"type": "forward"}]}),
}
