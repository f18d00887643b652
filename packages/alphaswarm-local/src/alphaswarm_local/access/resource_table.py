"""Which parameters name the resource of a call, as data.

Per service: (operations, templates). The first row whose pattern fits the operation counts; each template whose
parameters are all there gives a resource for each value. A template without `arn:` begins after
`arn:aws:SERVICE:REGION:ACCOUNT:`. A value that is an ARN already stands for the whole resource. After `!` in a
placeholder stands how the value is written in an ARN (`resources.WRITINGS`).
Source: Service Authorization Reference, "Resource types defined by …".
"""

from collections.abc import Mapping

Rows = tuple[tuple[str, tuple[str, ...]], ...]

NAMED: Mapping[str, Rows] = {
    "acm": ((r"(Import|Request)Certificate", ("{CertificateArn}", "certificate/*")),),
    "application-autoscaling": ((r"(?!Describe).*", ("scalable-target/*",)),),
    "cloudtrail": ((r".*", ("trail/{Name}", "trail/{TrailName}", "trail/{trailNameList}")),),
    "cloudwatch": (
        (r".*Dashboards?", ("arn:aws:cloudwatch::{@account}:dashboard/{DashboardName}",)),
        (r".*Alarms?.*", ("alarm:{AlarmName}", "alarm:{AlarmNames}")),
        (r".*InsightRules?", ("insight-rule/{RuleName}", "insight-rule/{RuleNames}")),
    ),
    "codebuild": (
        (r"BatchGetBuilds|(Stop|Retry)Build", ("project/{id!build}", "project/{ids!build}")),
        (r".*", ("project/{name}", "project/{projectName!tail}", "project/{names!tail}")),
    ),
    "cognito-idp": ((r".*", ("userpool/{UserPoolId}",)),),
    "ecr": (
        (r"GetAuthorizationToken|.*Registry.*|PutReplicationConfiguration", ()),
        (r".*", ("repository/{repositoryName}", "repository/{repositoryNames}")),
    ),
    "ecs": (
        (r"CreateCluster", ("cluster/{clusterName}",)),
        (r"CreateService", ("service/{cluster!cluster}/{serviceName}",)),
        (r"RegisterTaskDefinition", ("task-definition/{family}:*",)),
        (r"DeleteTaskDefinitions", ("task-definition/{taskDefinitions!tail}",)),
        (r"D(eregister|escribe)TaskDefinition|List.*|Discover.*|.*AccountSettings?", ()),
        (r"DescribeClusters", ("cluster/{clusters!tail}",)),
        (r".*Cluster.*", ("cluster/{cluster!cluster}",)),
        (r"DescribeServices", ("service/{cluster!cluster}/{services!tail}",)),
        (r".*(Service|TaskSet).*", ("service/{cluster!cluster}/{service!tail}",)),
        (r"DescribeTasks", ("task/{cluster!cluster}/{tasks!tail}",)),
        (r".*CapacityProviders?", ("capacity-provider/{name}", "capacity-provider/{capacityProvider!tail}")),
    ),
    "eks": (
        (
            r".*Nodegroup.*",
            ("nodegroup/{name}/{nodegroupName}/*", "nodegroup/{clusterName}/{nodegroupName}/*", "cluster/{name}"),
        ),
        (r".*Fargate.*", ("fargateprofile/{name}/{fargateProfileName}/*", "cluster/{name}")),
        (r".*Cluster.*", ("cluster/{name}", "cluster/{clusterName}")),
    ),
    "elbv2": (
        (r"CreateLoadBalancer", ("loadbalancer/{Type!balancer}/{Name}/*",)),
        (r"CreateTargetGroup", ("targetgroup/{Name}/*",)),
    ),
    "events": (
        (r"(Put|Remove)Targets|ListTargetsByRule", ("rule/{EventBusName!bus}{Rule}",)),
        (r"(Put|Delete|Describe|Enable|Disable)Rule", ("rule/{EventBusName!bus}{Name}",)),
        (r"(Put|Remove)Permission", ("event-bus/{EventBusName!eventbus}",)),
        (r".*Archive", ("archive/{ArchiveName}",)),
        (r".*Connection", ("connection/{Name}/*",)),
        (r".*ApiDestination", ("api-destination/{Name}/*",)),
        (r".*EventBus", ("event-bus/{Name!tail}",)),
        (r".*Replay", ("replay/{ReplayName}",)),
    ),
    "kms": (
        (r"(Create|Update)Alias", ("{AliasName}", "{TargetKeyId!key}")),
        (r"DeleteAlias", ("{AliasName}", "{AliasName!key}")),
        (r"CreateKey|GenerateRandom|List(Keys|Aliases|RetirableGrants)", ()),
        (r"ReEncrypt", ("{SourceKeyId!key}", "{DestinationKeyId!key}")),
        (r".*", ("{KeyId!key}",)),
    ),
    "logs": (
        (r"DescribeLogGroups", ("log-group::log-stream:*",)),
        (r".*", ("log-group:{logGroupName}:log-stream:{logStreamName}", "log-group:{logGroupName}:log-stream:")),
    ),
    "rds": (
        (
            r".*",
            (
                "cluster:{DBClusterIdentifier!lower}",
                "db:{DBInstanceIdentifier!lower}",
                "subgrp:{DBSubnetGroupName!lower}",
                "pg:{DBParameterGroupName!lower}",
                "cluster-pg:{DBClusterParameterGroupName!lower}",
                "snapshot:{DBSnapshotIdentifier!lower}",
                "cluster-snapshot:{DBClusterSnapshotIdentifier!lower}",
                "og:{OptionGroupName!lower}",
                "es:{SubscriptionName!lower}",
                "secgrp:{DBSecurityGroupName!lower}",
                "arn:aws:rds::{@account}:global-cluster:{GlobalClusterIdentifier!lower}",
                "db-proxy:{DBProxyName!lower}",
            ),
        ),
    ),
    "route53": (
        (r".*HealthCheck.*", ("arn:aws:route53:::healthcheck/{HealthCheckId}",)),
        (r"GetChange", ("arn:aws:route53:::change/{Id}",)),
        (r".*Tags.*", ("arn:aws:route53:::{ResourceType}/{ResourceId}",)),
        (r".*QueryLogging.*", ("arn:aws:route53:::queryloggingconfig/{Id}",)),
        (r".*DelegationSet.*", ("arn:aws:route53:::delegationset/{Id}",)),
        (r".*", ("arn:aws:route53:::hostedzone/{Id!tail}",)),
    ),
    "secretsmanager": (
        (r"CreateSecret", ("secret:{Name}-??????",)),
        (r"GetRandomPassword|ListSecrets", ()),
        (r".*", ("{SecretId!secret}", "{SecretIdList!secret}")),
    ),
    "servicediscovery": (
        (r".*Namespace", ("namespace/{Id!tail}",)),
        (r"CreateService", ("namespace/{NamespaceId!tail}",)),
        (r".*", ("service/{ServiceId!tail}", "service/{Id!tail}")),
    ),
    "sns": (
        (r"CreateTopic", ("{Name}",)),
        (r".*Subscription.*|Unsubscribe", ("{SubscriptionArn!topic}", "{TopicArn}")),
    ),
    "ssm": (
        (r"DescribeParameters", ("*",)),
        (r"GetParametersByPath", ("parameter/{Path!parameter}",)),
        (r".*Parameters?(History|Version)?", ("parameter/{Name!parameter}", "parameter/{Names!parameter}")),
        (r".*Document.*", ("document/{Name}",)),
        (r".*MaintenanceWindow.*", ("maintenancewindow/{WindowId}",)),
        (r".*PatchBaseline.*", ("patchbaseline/{BaselineId}",)),
        (r".*Resource", ("{ResourceType!lower}/{ResourceId!parameter}",)),
    ),
}

DEFAULTS: Mapping[str, str] = {"cluster": "default", "EventBusName": "default", "Type": "application"}
"""What a parameter means that was left out."""

EC2_TYPES: Mapping[str, str] = {
    "acl": "network-acl",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "vgw": "vpn-gateway",
    "cgw": "customer-gateway",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
"""The prefix of an id, and the type in an ARN."""

EC2_MADE: Mapping[str, str] = {
    "AllocateAddress": "elastic-ip",
    "CreateDhcpOptions": "dhcp-options",
    "CreateEgressOnlyInternetGateway": "egress-only-internet-gateway",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateLaunchTemplate": "launch-template",
    "CreateManagedPrefixList": "prefix-list",
    "CreateNatGateway": "natgateway",
    "CreateNetworkAcl": "network-acl",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateVpcPeeringConnection": "vpc-peering-connection",
}
"""What a call makes: its id does not exist yet, and AWS asks for `TYPE/*`."""
