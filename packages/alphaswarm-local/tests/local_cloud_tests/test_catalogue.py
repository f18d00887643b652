"""What is supported is data: it is what the survey writes, it has no holes, and its page can be rendered."""

import re

from alphaswarm_local.aws.catalogue import SUPPORTED, catalogue
from alphaswarm_local.aws.choices import REFUSED
from alphaswarm_local.aws.corrections import corrected_operations
from alphaswarm_local.aws.coverage import render_markdown
from alphaswarm_local.aws.survey import rendered, survey


def test_catalogue_is_what_the_survey_writes_when_moto_is_the_pinned_one() -> None:
    assert SUPPORTED.read_text(encoding="utf-8") == rendered(survey()), "python -m alphaswarm_local.aws.survey"


def test_no_operation_is_both_supported_and_refused_when_the_catalogue_is_loaded() -> None:
    for service in catalogue().services.values():
        assert service.operations
        assert not service.operations & service.refused.keys()


def test_every_refusal_refuses_something_when_it_is_written_down() -> None:
    by_name = {service.name: service for service in catalogue().services.values()}
    for service, patterns in REFUSED.items():
        for pattern in patterns:
            assert any(re.fullmatch(pattern, operation) for operation in by_name[service].refused), (service, pattern)


def test_nothing_that_makes_a_lasting_credential_or_a_pretended_build_is_supported() -> None:
    supported = {(service.name, each) for service in catalogue().services.values() for each in service.operations}
    for pair in (("iam", "CreateAccessKey"), ("iam", "CreateLoginProfile"), ("codebuild", "StartBuildBatch")):
        assert pair not in supported
    assert {name for service, name in supported if service == "sts"} == {
        "AssumeRole",
        "AssumeRoleWithWebIdentity",
        "GetCallerIdentity",
    }


def test_page_names_every_operation_and_correction_when_it_is_rendered() -> None:
    page = render_markdown()
    for service in catalogue().services.values():
        assert f"## {service.name}\n" in page
        assert all(f"`{operation}`" in page for operation in service.operations | service.refused.keys())
    for service_name, operation in corrected_operations():
        assert f"`{service_name}:{operation}`" in page
    assert page.endswith("\n")
    assert not page.endswith("\n\n")
