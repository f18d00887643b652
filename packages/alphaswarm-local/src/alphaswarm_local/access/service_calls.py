"""An AWS service that acts by itself: who it is for a role's trust policy, and what it says it acts for.

Source: IAM User Guide, "The confused deputy problem": a service that assumes a role sends the ARN and the account of
the resource for which it does so, and a trust policy may hold it to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class ServiceCaller:
    """A service and the resource that it acts for.

    Attributes:
        name: The service principal, such as `codebuild.amazonaws.com`.
        source_arn: The resource's ARN.
        region: Where the resource is.
    """

    name: str
    source_arn: str
    region: str

    @property
    def source_account(self) -> str:
        """The account of the resource."""
        return self.source_arn.split(":")[4]

    def facts(self, now: float) -> dict[str, Sequence[str]]:
        """The condition keys of a call of the service, at `now` (seconds since the epoch)."""
        return {
            "aws:CurrentTime": (f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}",),
            "aws:EpochTime": (str(int(now)),),
            "aws:PrincipalIsAWSService": ("true",),
            "aws:PrincipalServiceName": (self.name,),
            "aws:RequestedRegion": (self.region,),
            "aws:SecureTransport": ("true",),
            "aws:SourceAccount": (self.source_account,),
            "aws:SourceArn": (self.source_arn,),
        }
