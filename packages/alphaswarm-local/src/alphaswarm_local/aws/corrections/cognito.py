"""What moto answers otherwise than Amazon Cognito."""

import json

from alphaswarm_local.aws.corrections.registry import Asked, corrects
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall


@corrects("cognito-idp", "DescribeUserPoolDomain")
def cognito_domain_owner(call: ApiCall, response: HttpResponse, _asked: Asked) -> None:
    """A domain belongs to the account that made it.

    moto answers another random id each time, and `aws_cognito_user_pool_domain.aws_account_id` drifts at every look.
    Source: Amazon Cognito user pools API reference, DomainDescriptionType.
    """
    document = json.loads(response.body)
    description = document.get("DomainDescription")
    if description:
        description["AWSAccountId"] = call.identity.account_id
        response.body = json.dumps(document).encode()
