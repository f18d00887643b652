"""What moto forgets of Amazon EC2."""

import re
from xml.sax.saxutils import escape

from alphaswarm_local.aws.corrections.registry import Asked, corrects
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall

_RULE_ID = re.compile(rb"<securityGroupRuleId>([^<]+)</securityGroupRuleId>")


@corrects("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "DescribeSecurityGroupRules")
def ec2_rule_description(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """A security group rule keeps its description when its peer is a group or a prefix list.

    moto keeps the description of address ranges only, and `aws_vpc_security_group_*_rule.description` differs at every
    plan. Source: Amazon EC2 API reference, SecurityGroupRule.
    """
    rules = _RULE_ID.findall(response.body)
    given = call.operation.parameters
    for peer in ("Groups", "PrefixListIds"):
        if (text := given.get(f"IpPermissions.1.{peer}.1.Description")) and len(rules) == 1:
            asked.note(call, "ec2-rule", rules[0].decode(), value=text)
    parts = _RULE_ID.split(response.body)
    for index in range(1, len(parts), 2):
        rule, rest = parts[index], parts[index + 1]
        text = asked.recall(call, "ec2-rule", rule.decode())
        described = (
            f"<description>{escape(text)}</description>".encode() if text and b"<description" not in rest else b""
        )
        parts[index] = b"<securityGroupRuleId>%s</securityGroupRuleId>%s" % (rule, described)
    response.body = b"".join(parts)
