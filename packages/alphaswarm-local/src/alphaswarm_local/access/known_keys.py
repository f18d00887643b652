"""The condition keys that this cloud derives, and those that are absent here as they would be on AWS.

Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, per service.
"""

_DERIVED = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:federatedprovider",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principaltype",
        "aws:referer",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:securetransport",
        "aws:sourceip",
        "aws:tagkeys",
        "aws:tokenissuetime",
        "aws:useragent",
        "aws:userid",
        "aws:viaawsservice",
        "ecs:cluster",
        "iam:awsservicename",
        "iam:passedtoservice",
        "iam:permissionsboundary",
        "iam:policyarn",
        "kms:requestalias",
        "s3:delimiter",
        "s3:max-keys",
        "s3:prefix",
        "s3:versionid",
        "s3:x-amz-acl",
        "s3:x-amz-copy-source",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-storage-class",
        "ssm:overwrite",
        "ssm:recursive",
        "sts:awsservicename",
        "sts:durationseconds",
        "sts:externalid",
        "sts:rolesessionname",
    }
)
_DERIVED_PREFIXES = ("aws:principaltag/", "aws:requesttag/", "codebuild:", "token.actions.githubusercontent.com:")
_ABSENT = frozenset(
    {
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:ec2instancesourceprivateipv4",
        "aws:ec2instancesourcevpc",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceidentity",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:username",
        "aws:vpcsourceip",
        "kms:viaservice",
        "sts:sourceidentity",
        "sts:transitivetagkeys",
    }
)
"""No organisation, no endpoint of a VPC, no MFA, no service in between: a session of a job has none of these."""
_AWS_PREFIXES = frozenset(
    {
        "acm", "application-autoscaling", "aws", "cloudtrail", "cloudwatch", "codeartifact", "cognito-idp", "ec2",
        "ecr", "ecs", "eks", "elasticloadbalancing", "events", "iam", "kms", "logs", "rds", "route53", "s3",
        "secretsmanager", "servicediscovery", "servicequotas", "sns", "ssm", "sts",
    }
)  # fmt: skip


def is_derived(key: str) -> bool:
    """Whether a condition on `key` can be decided here: it is derived, or rightly absent.

    A key of another identity provider, or of a service that is not here, is absent on AWS too.
    """
    lowered = key.lower()
    if lowered in _DERIVED or lowered in _ABSENT or lowered.startswith(_DERIVED_PREFIXES):
        return True
    return lowered.partition(":")[0] not in _AWS_PREFIXES
