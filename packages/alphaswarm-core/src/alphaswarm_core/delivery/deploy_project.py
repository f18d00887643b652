"""The deploy build's project: its name, and what its service role has to be allowed besides the app tier itself."""

from alphaswarm_core.settings import Settings

PLANS = "plans"
"""The folder of the state bucket in which builds keep the files of plans for each other."""


def project_name(settings: Settings, environment: str) -> str:
    """The project that deploys `environment`, for example `alphaswarm-deploy-dev`."""
    return f"{settings.project}-deploy-{environment}"


ROLE_ACTIONS = {
    "codebuild:BatchGetBuilds": "the project",
    "codeartifact:GetAuthorizationToken": "the domain",
    "codeartifact:GetRepositoryEndpoint": "the repository",
    "codeartifact:ReadFromRepository": "the repository",
    "logs:CreateLogStream": "the project's log group",
    "logs:PutLogEvents": "the project's log group",
    "s3:DeleteObject": f"{PLANS}/* of the state bucket",
    "s3:GetObject": f"{PLANS}/* of the state bucket",
    "s3:PutObject": f"{PLANS}/* of the state bucket",
    "secretsmanager:GetSecretValue": "the ledger's secret",
    "sts:GetServiceBearerToken": "anything, for codeartifact",
}
"""What the build's service role needs to identify itself, install, keep plans and reach the ledger, and on what."""

CALLER_ACTIONS = {
    "codebuild:BatchGetBuilds": "the project",
    "codebuild:BatchGetProjects": "the project",
    "codebuild:StartBuild": "the project, without overrides but the order's variables",
    "codebuild:StopBuild": "the project",
    "ec2:DescribeRouteTables": "anything",
    "ec2:DescribeVpcEndpoints": "anything",
    "iam:GetRole": "the project's role",
    "logs:GetLogEvents": "the project's log group",
    "servicequotas:ListServiceQuotas": "anything",
}
"""What the caller needs. What only looks at project, role, network and quota is for the preflight, which says what it
did not see."""
