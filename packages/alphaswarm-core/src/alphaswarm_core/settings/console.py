"""The part of the settings that is about the console: `[admin]` in `alphaswarm.toml`."""

from typing import Annotated, Literal

from pydantic import Field

from alphaswarm_core.settings.section import Section


class AdminSettings(Section):
    """The admin console."""

    public_url: Annotated[str, Field(pattern=r"^https?://[a-z0-9.:\[\]-]+$")] = Field(
        "http://127.0.0.1:8900",
        description="Where people open the console; without a path. Anything but https only on loopback.",
        examples=["https://admin.example.com"],
    )
    sign_in: Literal["development", "load_balancer"] = Field(
        "development",
        description="How people sign in. `load_balancer`: an ALB asks Cognito, and its signed header is verified; "
        "`development`: as whom they like, on loopback and on the local target only.",
        examples=["load_balancer"],
    )
    trusted_alb_arn: str | None = Field(
        None,
        pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app/[A-Za-z0-9-]+/[0-9a-f]+$",
        description="The load balancer whose header is believed; no other's is.",
        examples=["arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/admin/50dc6c495c0c9188"],
    )
    issuer: str | None = Field(
        None,
        pattern=r"^https://[A-Za-z0-9./_-]+[A-Za-z0-9]$",
        description="The issuer of the user pool.",
        examples=["https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi"],
    )
    client_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,128}$",
        description="The console's client in the user pool.",
        examples=["1example23456789"],
    )
    role_claim: str = Field(
        "cognito:groups", description="The claim of the access token that lists groups.", examples=["cognito:groups"]
    )
    roles: dict[str, Literal["viewer", "operator", "approver", "administrator"]] = Field(
        {
            "viewers": "viewer",
            "operators": "operator",
            "approvers": "approver",
            "administrators": "administrator",
        },
        description="What the groups of the user pool are to the console; other groups are nothing.",
        examples=[{"platform-leads": "approver"}],
    )
