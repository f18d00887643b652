"""What we decided about the local cloud's coverage: which services, and what moto answers that we refuse, and why.

A success that means nothing is worse than a refusal: a build that was never run, a message that was never delivered, a
key that opens nothing. Reasons are told to the caller, after "The local cloud does not support SERVICE:OPERATION: ".
"""

BACKENDS: dict[str, str] = {
    "acm": "acm",
    "application-autoscaling": "applicationautoscaling",
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch",
    "codeartifact": "",
    "codebuild": "codebuild",
    "cognito-idp": "cognito-idp",
    "ec2": "ec2",
    "ecr": "ecr",
    "ecs": "ecs",
    "eks": "eks",
    "elbv2": "elbv2",
    "events": "events",
    "iam": "iam",
    "kms": "kms",
    "logs": "logs",
    "rds": "rds",
    "route53": "route53",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "service-quotas": "",
    "servicediscovery": "servicediscovery",
    "sns": "sns",
    "ssm": "ssm",
    "sts": "sts",
}
"""botocore's name of each supported service, and moto's; empty where moto has nothing and all answers are ours."""

IAM_PREFIXES: dict[str, str] = {"cloudwatch": "cloudwatch"}
"""Where the prefix of IAM actions is not the signing name (`monitoring`)."""

_LONG_LIVED = "it makes a long-lived credential, and none may exist here"
_NOT_RUN = "nothing would run"
_NOT_DELIVERED = "nothing would be delivered"
UNNECESSARY = "it is a call without AWS credentials, which the local cloud does not take"

REFUSED: dict[str, dict[str, str]] = {
    "codeartifact": {
        ".*PackageGroups?|.*(ForGroup|AssociatedPackages|GroupOriginConfiguration)": "it keeps no package groups",
        "CopyPackageVersions": "it does not copy between repositories; an upstream shows the same versions",
        "GetPackageVersionReadme|ListPackageVersionDependencies": "both stand in the package's own metadata",
        "PublishPackageVersion": "it is for generic packages; Python's are uploaded to the repository's endpoint",
    },
    "codebuild": {
        ".*BuildBatch(es)?(ForProject)?": "batch builds are not run here",
        ".*(Sandbox|CommandExecution).*": "there is no container to enter",
    },
    "cognito-idp": {
        "Admin(InitiateAuth|RespondToAuthChallenge)": "it does not sign users in yet",
    },
    "ecs": {
        "RunTask|StartTask|StopTask|ExecuteCommand": _NOT_RUN,
        "SubmitTaskStateChange|RegisterContainerInstance": _NOT_RUN,
    },
    "ecr": {
        "(Initiate|Complete)LayerUpload|UploadLayerPart|GetDownloadUrlForLayer": (
            "layers are pushed to the registry itself and pulled from it"
        ),
        "StartImageScan|DescribeImageScanFindings": "nothing would be scanned",
    },
    "ec2": {
        "(Run|Start|Stop|Reboot|Terminate)Instances|RequestSpot.*|CreateFleet": _NOT_RUN,
        "ExportClientVpn.*|.*ClientVpn.*": _NOT_RUN,
    },
    "events": {"PutEvents|PutPartnerEvents|StartReplay": _NOT_DELIVERED},
    "iam": {
        "(Create|Update)(AccessKey|LoginProfile|ServiceSpecificCredential)": _LONG_LIVED,
        "UploadSSHPublicKey|UploadSigningCertificate|CreateVirtualMFADevice|EnableMFADevice": _LONG_LIVED,
    },
    "logs": {"StartLiveTail|CreateExportTask": _NOT_DELIVERED},
    "rds": {"StartExportTask": _NOT_DELIVERED},
    "service-quotas": {
        "(?!(Get|List)(AWSDefault)?ServiceQuotas?$).*": "it shows the quotas of CodeBuild's builds and nothing else",
    },
    "sns": {"Publish|PublishBatch": _NOT_DELIVERED},
    "ssm": {"SendCommand|StartAutomationExecution|StartSession": _NOT_RUN},
    "sts": {
        "AssumeRoleWithSAML|AssumeRoot": "it exchanges GitHub's tokens and sessions of its own, nothing else",
        "GetSessionToken|GetFederationToken|GetAccessKeyInfo|DecodeAuthorizationMessage|GetWebIdentityToken"
        "|GetDelegatedAccessToken": "it does not make sessions yet",
    },
}
"""Per service: a pattern over operation names, and why they are refused although moto may answer."""

OWN_OPERATIONS: dict[str, tuple[str, ...]] = {
    "codebuild": (
        "BatchGetBuilds",
        "BatchGetProjects",
        "CreateProject",
        "ListBuilds",
        "ListBuildsForProject",
        "RetryBuild",
        "StartBuild",
        "StopBuild",
        "UpdateProject",
    ),
    "codeartifact": (
        "AssociateExternalConnection",
        "CreateDomain",
        "CreateRepository",
        "DeleteDomain",
        "DeleteDomainPermissionsPolicy",
        "DeletePackage",
        "DeletePackageVersions",
        "DeleteRepository",
        "DeleteRepositoryPermissionsPolicy",
        "DescribeDomain",
        "DescribePackage",
        "DescribePackageVersion",
        "DescribeRepository",
        "DisassociateExternalConnection",
        "DisposePackageVersions",
        "GetAuthorizationToken",
        "GetDomainPermissionsPolicy",
        "GetPackageVersionAsset",
        "GetRepositoryEndpoint",
        "GetRepositoryPermissionsPolicy",
        "ListDomains",
        "ListPackageVersionAssets",
        "ListPackageVersions",
        "ListPackages",
        "ListRepositories",
        "ListRepositoriesInDomain",
        "ListTagsForResource",
        "PutDomainPermissionsPolicy",
        "PutPackageOriginConfiguration",
        "PutRepositoryPermissionsPolicy",
        "TagResource",
        "UntagResource",
        "UpdatePackageVersionsStatus",
        "UpdateRepository",
    ),
    "ecr": ("GetAuthorizationToken", "ListImageReferrers", "PutImage"),
    "service-quotas": (
        "GetAWSDefaultServiceQuota",
        "GetServiceQuota",
        "ListAWSDefaultServiceQuotas",
        "ListServiceQuotas",
    ),
    "sts": ("AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"),
}
"""What the front door answers itself (`answers.py`, `access/exchange.py`)."""

EC2_NOUNS = (
    r"Vpc(?!n)|Subnet|Route|Gateway|SecurityGroup|NetworkAcl|Address|FlowLogs|DhcpOptions|Tags|AvailabilityZones|Regions"
    r"|AccountAttributes|NetworkInterface|PrefixList|LaunchTemplate|^DescribeInstance(s|Types|TypeOfferings)$|^DescribeImages$"
    r"|^DescribeKeyPairs$|EbsEncryptionByDefault|EbsDefaultKmsKeyId"
)
"""Of EC2, the network that a landing zone is made of, and what is read beside it."""

S3_OPERATIONS: tuple[str, ...] = (
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateBucket",
    "CreateMultipartUpload",
    "DeleteBucket",
    "DeleteBucketCors",
    "DeleteBucketEncryption",
    "DeleteBucketLifecycle",
    "DeleteBucketOwnershipControls",
    "DeleteBucketPolicy",
    "DeleteBucketReplication",
    "DeleteBucketTagging",
    "DeleteBucketWebsite",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjects",
    "DeletePublicAccessBlock",
    "GetBucketAccelerateConfiguration",
    "GetBucketAcl",
    "GetBucketCors",
    "GetBucketEncryption",
    "GetBucketLifecycleConfiguration",
    "GetBucketLocation",
    "GetBucketLogging",
    "GetBucketNotificationConfiguration",
    "GetBucketOwnershipControls",
    "GetBucketPolicy",
    "GetBucketPolicyStatus",
    "GetBucketReplication",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetBucketWebsite",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectLockConfiguration",
    "GetObjectTagging",
    "GetPublicAccessBlock",
    "HeadBucket",
    "HeadObject",
    "ListBuckets",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
    "ListParts",
    "PutBucketAccelerateConfiguration",
    "PutBucketAcl",
    "PutBucketCors",
    "PutBucketEncryption",
    "PutBucketLifecycleConfiguration",
    "PutBucketLogging",
    "PutBucketNotificationConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketReplication",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutBucketWebsite",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectLockConfiguration",
    "PutObjectRetention",
    "PutObjectTagging",
    "PutPublicAccessBlock",
    "UploadPart",
    "UploadPartCopy",
)
