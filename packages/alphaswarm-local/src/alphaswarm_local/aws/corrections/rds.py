"""What moto forgets of Amazon RDS."""

import re
from xml.sax.saxutils import escape

from alphaswarm_local.aws.corrections.registry import Asked, corrects
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall

_EMPTY_SCALING = re.compile(
    rb"<ScalingConfigurationInfo\s*/>|<ScalingConfigurationInfo>\s*(?:<\w+\s*/>\s*|<(\w+)></\1>\s*)*</ScalingConfigurationInfo>"
)


@corrects(
    "rds",
    "CreateDBCluster",
    "ModifyDBCluster",
    "DeleteDBCluster",
    "DescribeDBClusters",
    "StartDBCluster",
    "StopDBCluster",
    "RestoreDBClusterFromSnapshot",
)
def rds_scaling_configuration(_call: ApiCall, response: HttpResponse, _asked: Asked) -> None:
    """`ScalingConfigurationInfo` is there only for an Aurora Serverless v1 cluster.

    AWS leaves it out for every other engine mode. moto answers an empty one, which
    `aws_rds_cluster.scaling_configuration` takes for a block to remove. Source: Amazon RDS API reference, DBCluster.
    """
    response.body = _EMPTY_SCALING.sub(b"", response.body)


_INSTANCE = re.compile(rb"(<DBInstance>)(.*?)(</DBInstance>)", re.DOTALL)
_INSTANCE_ARN = re.compile(rb"<DBInstanceArn>([^<]+)</DBInstanceArn>")
_INSIGHTS = ("EnablePerformanceInsights", "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod")
_WEEK = "7"


@corrects("rds", "CreateDBInstance", "ModifyDBInstance", "DescribeDBInstances", "DeleteDBInstance")
def rds_performance_insights(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """An instance is answered with its performance insights: whether, under which key, for how many days.

    moto forgets all three, and `aws_db_instance.performance_insights_enabled` differs at every plan. AWS keeps a week
    where nothing was said. Source: Amazon RDS API reference, DBInstance.
    """

    def completed(match: re.Match[bytes]) -> bytes:
        arn = _INSTANCE_ARN.search(match[2])
        given = {key: call.operation.parameters[key] for key in _INSIGHTS if key in call.operation.parameters}
        known = {**((arn and asked.recall(call, "rds-insights", arn[1].decode())) or {}), **given}
        if arn and given:
            asked.note(call, "rds-insights", arn[1].decode(), value=known)
        return match[1] + match[2] + _insights(known) + match[3]

    response.body = _INSTANCE.sub(completed, response.body)


def _insights(known: dict[str, str]) -> bytes:
    if known.get("EnablePerformanceInsights") != "true":
        return b"<PerformanceInsightsEnabled>false</PerformanceInsightsEnabled>"
    days = known.get("PerformanceInsightsRetentionPeriod", _WEEK)
    key = known.get("PerformanceInsightsKMSKeyId")
    named = f"<PerformanceInsightsKMSKeyId>{escape(key)}</PerformanceInsightsKMSKeyId>" if key else ""
    return (
        "<PerformanceInsightsEnabled>true</PerformanceInsightsEnabled>"
        f"<PerformanceInsightsRetentionPeriod>{days}</PerformanceInsightsRetentionPeriod>{named}"
    ).encode()


_PARAMETER_END = re.compile(rb"(?<!</Source>)</Parameter>")


@corrects("rds", "DescribeDBParameters")
def rds_parameters_of_a_user(_call: ApiCall, response: HttpResponse, _asked: Asked) -> None:
    """A parameter that was set is answered as set by a user.

    moto keeps only those that were set, and does not say so: `aws_db_parameter_group.parameter` sets them anew at every
    plan. Source: Amazon RDS API reference, Parameter.
    """
    response.body = _PARAMETER_END.sub(b"<Source>user</Source></Parameter>", response.body)
