# Who gets in: resource policies, security groups, TLS.
package main

import rego.v1

import data.lib.iam
import data.lib.plan

findings contains plan.finding("wildcard-principal", each, "allows everybody") if {
	some each in plan.kept
	not each.type in data.settings.principal_free_types
	some statement in iam.statements(each)
	iam.allows_everybody(statement)
}

findings contains plan.finding("unreadable-document", each, sprintf("has a %s that cannot be read", [name])) if {
	some each in plan.kept
	startswith(each.type, "aws_")
	some name in iam.attributes | {"container_definitions"}
	plan.unreadable(each, name)
	not each.type in data.settings.plain_policy_types
}

anywhere := {"0.0.0.0/0", "::/0"}

findings contains plan.finding("open-ingress", each, sprintf("opens %s to %s", [ports_text(rule), source])) if {
	some each in plan.of_types({"aws_security_group", "aws_default_security_group"})
	some rule in plan.blocks(each, "ingress")
	some source in array.concat(object.get(rule, "cidr_blocks", []), object.get(rule, "ipv6_cidr_blocks", []))
	source in anywhere
	not web_only(rule.from_port, rule.to_port, rule.protocol)
}

findings contains plan.finding("open-ingress", each, sprintf("opens %s to %s", [ports_text(rule), source])) if {
	some each in plan.of_type("aws_security_group_rule")
	rule := each.change.after
	rule.type == "ingress"
	some name in {"cidr_blocks", "ipv6_cidr_blocks"}
	some source in plan.value(each, name, [])
	source in anywhere
	not web_only(rule.from_port, rule.to_port, rule.protocol)
}

findings contains plan.finding("open-ingress", each, sprintf("opens %s to %s", [ports_text(rule), source])) if {
	some each in plan.of_type("aws_vpc_security_group_ingress_rule")
	rule := each.change.after
	some name in ["cidr_ipv4", "cidr_ipv6"]
	source := rule[name]
	source in anywhere
	not web_only(rule.from_port, rule.to_port, rule.ip_protocol)
}

web_only(from, to, protocol) if {
	protocol in {"tcp", "udp", "6", "17"}
	from == to
	from in data.settings.public_ports
}

ports_text(rule) := sprintf("port %v", [rule.from_port]) if {
	is_number(rule.from_port)
	rule.from_port == rule.to_port
} else := sprintf("ports %v to %v", [rule.from_port, rule.to_port]) if {
	is_number(rule.from_port)
	is_number(rule.to_port)
} else := "all ports"

findings contains plan.finding("old-tls", each, sprintf("speaks %s", [policy])) if {
	some each in plan.of_type("aws_lb_listener")
	each.change.after.protocol in {"HTTPS", "TLS"}
	not plan.unknown(each, "ssl_policy")
	policy := plan.value(each, "ssl_policy", "the oldest default policy")
	not modern_listener(policy)
}

modern_listener(policy) if {
	some prefix in data.settings.listener_policies
	startswith(policy, prefix)
}

findings contains plan.finding("old-tls", each, sprintf("speaks %s", [version])) if {
	some each in plan.of_type("aws_cloudfront_distribution")
	some certificate in plan.blocks(each, "viewer_certificate")
	version := object.get(certificate, "minimum_protocol_version", "TLSv1")
	not startswith(version, "TLSv1.2")
	not startswith(version, "TLSv1.3")
}

findings contains plan.finding("old-tls", each, "speaks TLS 1.0") if {
	some each in plan.of_type("aws_api_gateway_domain_name")
	not plan.unknown(each, "security_policy")
	plan.value(each, "security_policy", "TLS_1_0") == "TLS_1_0"
}

findings contains plan.finding("plain-http", each, "answers plain HTTP with something else than a redirect") if {
	some each in plan.of_type("aws_lb_listener")
	each.change.after.protocol == "HTTP"
	some action in plan.blocks(each, "default_action")
	not redirects(action)
}

redirects(action) if {
	action.type == "redirect"
	some redirect in action.redirect
	redirect.protocol == "HTTPS"
}
