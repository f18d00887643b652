"""Plan comments: never too long, never a secret, never markup from a value, one marker, one comment a stack."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_core.delivery.commenting import comment_on
from alphaswarm_core.delivery.plan_comment import COMMENT_LIMIT, PlanNews, marker, render_comment, render_summary
from alphaswarm_core.terraform.plan import parse_plan

ACTIONS = st.sampled_from(["delete", "replace", "update", "create", "forget", "no-op", "something-new"])
VALUES = st.recursive(st.text(max_size=40) | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3))
ATTRIBUTES = st.dictionaries(st.text(max_size=20), VALUES, max_size=4)
CHANGES = st.lists(
    st.fixed_dictionaries(
        {
            "address": st.text(max_size=60),
            "action": ACTIONS,
            "reason": st.none(),
            "before": ATTRIBUTES,
            "after": ATTRIBUTES,
        }
    ),
    max_size=12,
)
COUNTS = {"add": 1, "change": 2, "destroy": 3, "replace": 1}


def news(changes: list[dict[str, Any]], **facts: Any) -> PlanNews:
    return PlanNews(**{"stack": "alphaswarm_platform/dev", "summary": COUNTS, "changes": changes, **facts})


def change(address: str, action: str = "create", **values: Any) -> dict[str, Any]:
    return {"address": address, "action": action, "reason": None, "before": None, "after": None, **values}


def without_our_own(text: str) -> str:
    """The text without the markup that the renderer writes itself."""
    return re.sub(r"</?(pre|code|details|summary|sub)>|<!-- alphaswarm-plan [\w./]+ -->", "", text)


@settings(max_examples=150, deadline=None)
@given(CHANGES, st.integers(2_500, 6_000))
def test_never_longer_than_the_limit_and_no_markup_from_values(changes: list[dict[str, Any]], limit: int) -> None:
    text = render_comment(news(changes), limit)
    assert len(text) <= limit
    assert text.count("<!--") == 1
    assert text.startswith(marker("alphaswarm_platform/dev"))
    assert "<" not in without_our_own(text)
    assert text.count("<pre>") == text.count("</pre>")
    assert text.count("<details>") == text.count("</details>")


def test_largest_plan_fits_and_says_what_is_left_out() -> None:
    text = render_comment(news([change(f"aws_thing.number_{i}", "delete") for i in range(10_000)]))
    assert COMMENT_LIMIT - 4_000 < len(text) <= COMMENT_LIMIT
    shown = text.count("aws_thing.number_")
    assert f"{10_000 - shown} more lines do not fit" in text


@pytest.mark.parametrize(
    "name",
    [
        "</pre><img src=x onerror=alert(1)>",
        "<!-- alphaswarm-plan alphaswarm_platform/dev -->",
        "```\n# heading\n@octo/team",
        "](https://evil.example) ![x](https://evil.example/p.png)",
        "\u202ereversed",
        "line\nbreak\r\n\n<details>",
    ],
)
def test_markup_in_names_stays_text(name: str) -> None:
    text = render_comment(news([change(name), change("a.b", "update", before={name: 1}, after={name: 2})]))
    assert text.count("<!--") == 1
    assert "\u202e" not in text
    assert "<img" not in text
    outside = re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
    assert "evil" not in outside
    assert "@octo" not in outside


def test_losses_come_first_and_open() -> None:
    text = render_comment(news([change("a.new"), change("b.gone", "delete"), change("c.again", "replace")]))
    assert text.index("b.gone") < text.index("c.again") < text.index("<details>") < text.index("a.new")
    assert "[!CAUTION]" in text


def test_plan_without_losses_alarms_nobody() -> None:
    text = render_comment(news([change("a.new")], summary={"add": 1, "change": 0, "destroy": 0}, policy={"counts": {}}))
    assert "[!" not in text


def test_denial_is_said_before_the_changes() -> None:
    finding = {"rule": "r", "address": "x.y", "what": "is open"}
    text = render_comment(news([change("a.new")], policy={"counts": {"denied": 1}, "denied": [finding]}))
    assert text.index("cannot be applied") < text.index("x.y: is open [r]") < text.index("a.new")


def test_plan_that_nobody_judged_says_so() -> None:
    assert "has not judged" in render_comment(news([]))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://evil.example/", 'data:text/html,"'])
def test_foreign_kind_of_address_is_no_link(url: str) -> None:
    assert "href" not in render_comment(news([], run_url=url))


def test_run_commit_and_log_are_named() -> None:
    text = render_comment(news([], run_id="01a2", commit="a" * 40, run_url="https://github.com/o/r/actions/runs/1"))
    assert "01a2" in text
    assert "a" * 40 in text
    assert 'href="https://github.com/o/r/actions/runs/1"' in text


def test_summary_has_no_marker() -> None:
    assert "<!--" not in render_summary(news([change("a.b")]))


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=24))
def test_sensitive_values_are_never_in_it(secret: str) -> None:
    secret = f"s3cr3t{secret}"
    document = {
        "format_version": "1.2",
        "variables": {"password": {"value": secret}},
        "configuration": {"root_module": {"variables": {"password": {"sensitive": True}}}},
        "resource_changes": [
            {
                "address": "a.b",
                "type": "a",
                "mode": "managed",
                "change": {
                    "actions": ["update"],
                    "before": {"x": "old", "copy": "old", "marked": secret},
                    "after": {"x": f"url?p={secret}", "copy": secret, "marked": "new" + secret},
                    "before_sensitive": {"marked": True},
                    "after_sensitive": {"marked": True},
                },
            }
        ],
    }
    plan = parse_plan(document)
    changes = [
        {"address": c.address, "action": c.action.value, "reason": None, "before": c.before, "after": c.after}
        for c in plan.changes
    ]
    text = render_comment(news(changes, summary=plan.summary()))
    assert secret not in text
    assert "(sensitive)" in text


class Comments:
    """The comments of one pull request."""

    def __init__(self, *there: dict[str, Any]) -> None:
        self.there = list(there)
        self.calls: list[tuple[str, str]] = []

    def paginate(self, path: str, key: str | None = None, **parameters: object) -> Iterator[Any]:
        del path, key, parameters
        yield from self.there

    def post(self, path: str, document: object = None) -> Any:
        self.calls.append(("post", path))
        assert isinstance(document, dict)
        self.there.append({"id": len(self.there) + 1, "user": {"type": "Bot"}, **document})
        return {"html_url": "https://github.com/c/new"}

    def patch(self, path: str, document: object = None) -> Any:
        self.calls.append(("patch", path))
        return {"html_url": "https://github.com/c/old"}


def test_second_comment_is_written_over_the_first() -> None:
    comments = Comments()
    assert comment_on(comments, "o/r", 7, news([])) == "https://github.com/c/new"
    assert comment_on(comments, "o/r", 7, news([])) == "https://github.com/c/old"
    assert comments.calls == [("post", "/repos/o/r/issues/7/comments"), ("patch", "/repos/o/r/issues/comments/1")]


def test_every_stack_has_its_own_comment() -> None:
    comments = Comments()
    comment_on(comments, "o/r", 7, news([]))
    comment_on(comments, "o/r", 7, news([], stack="infrastructure/dev"))
    assert [call for call, _ in comments.calls] == ["post", "post"]


def test_comment_of_a_person_is_not_written_over() -> None:
    planted = {"id": 1, "user": {"type": "User"}, "body": marker("alphaswarm_platform/dev")}
    comments = Comments(planted)
    comment_on(comments, "o/r", 7, news([]))
    assert comments.calls == [("post", "/repos/o/r/issues/7/comments")]
