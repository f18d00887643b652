"""Images in the ledger: recorded with every verification, found by environment and package, not to be altered."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.canonical import Json, document_digest
from alphaswarm_core.ledger.errors import LedgerRecordError
from alphaswarm_core.ledger.image_records import Package
from alphaswarm_core.ledger.sboms import packages_of
from alphaswarm_core.ledger.store import Ledger

from .databases import TestDatabase
from .samples import applied, cyclonedx, image_digest, image_facts, reference

SBOM = cyclonedx(("OpenSSL", "3.0.1"), ("zlib", "1.3"))
ABOUT = image_digest(7)


def test_image_is_a_row_and_an_entry_with_everything_that_was_found(ledger: Ledger) -> None:
    facts = image_facts()

    recorded = ledger.record_image(facts, {ABOUT: SBOM})

    assert ledger.images() == [recorded]
    assert {name: getattr(recorded, name) for name in type(facts).__slots__} == {
        name: getattr(facts, name) for name in type(facts).__slots__
    }
    assert recorded.sboms == {ABOUT: document_digest(SBOM)}
    assert json.loads(str(ledger.sbom(recorded.sboms[ABOUT]))) == SBOM
    assert [each.kind for each in ledger.entries()] == ["image:recorded"]
    assert ledger.verify().ok


def test_row_says_what_the_last_verification_found_and_the_entries_what_each_did(ledger: Ledger) -> None:
    first = ledger.record_image(image_facts(), {ABOUT: SBOM})
    newer = cyclonedx(("openssl", "3.0.2"))

    again = ledger.record_image(image_facts(scan={"passed": True, "without": []}), {ABOUT: newer})

    assert again.id == first.id
    assert again.recorded_at == first.recorded_at
    assert (again.scan, again.sboms[ABOUT]) == ({"passed": True, "without": []}, document_digest(newer))
    assert [each.kind for each in ledger.entries()] == ["image:recorded", "image:verified"]
    assert ledger.sbom(first.sboms[ABOUT]) is not None
    assert ledger.verify().ok


def test_one_image_is_recorded_when_two_writers_come_at_once(database: TestDatabase) -> None:
    def record(_: int) -> None:
        with Ledger.open(database.url) as mine:
            mine.record_image(image_facts(), {ABOUT: SBOM})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(record, range(4)))

    with Ledger.open(database.url) as ledger:
        assert len(ledger.images()) == 1
        assert ledger.verify().ok


@pytest.mark.parametrize("document", [{}, {"bomFormat": "other"}, {"spdxVersion": "SPDX-3.0"}, [], "text"])
def test_sbom_is_refused_when_nobody_can_read_it(ledger: Ledger, document: Json) -> None:
    with pytest.raises(LedgerRecordError, match="SBOM"):
        ledger.record_image(image_facts(), {ABOUT: document})

    assert ledger.images() == []
    assert ledger.head()[0] == 0


def test_packages_are_found_in_both_forms_and_inside_of_components() -> None:
    nested = {"type": "library", "group": "@babel", "name": "core", "version": "7"}
    outer = {"type": "application", "name": "App", "version": "1", "components": [nested]}
    file = {"type": "file", "name": "/etc/passwd"}
    spdx = {"spdxVersion": "SPDX-2.3", "packages": [{"name": "App", "versionInfo": "1"}, {"name": "bare"}]}

    assert packages_of({"bomFormat": "CycloneDX", "components": [outer, file]}) == {
        Package("app", "1"),
        Package("@babel/core", "7"),
    }
    assert packages_of(spdx) == {Package("app", "1"), Package("bare", "")}


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=20))
def test_every_named_package_is_in_the_index_whatever_it_is_called(packages: list[tuple[str, str]]) -> None:
    found = packages_of(cyclonedx(*packages))

    assert found == {Package(name.strip().lower(), version) for name, version in packages}


def test_package_is_found_by_name_in_any_case_and_by_exact_version(ledger: Ledger) -> None:
    recorded = ledger.record_image(image_facts(), {ABOUT: SBOM})
    digest = recorded.sboms[ABOUT]

    assert ledger.packages_like("openSSL") == {digest: [Package("openssl", "3.0.1")]}
    assert ledger.packages_like("openssl", "3.0.1") == {digest: [Package("openssl", "3.0.1")]}
    assert ledger.packages_like("openssl", "3.0") == {}
    assert ledger.packages_like("open") == {}


def test_deployments_say_since_which_run_an_image_runs_without_a_break(ledger: Ledger) -> None:
    applied(ledger, [reference(1)])
    applied(ledger, [reference(2)])
    back = applied(ledger, [reference(1)])  # it came back: that is since when it runs
    both = applied(ledger, [reference(1), reference(3)])
    staging = applied(ledger, [reference(1)], environment="staging")

    found = {(each.environment, each.reference): each.since.id for each in ledger.deployments()}

    assert found == {
        ("dev", reference(1)): back.id,
        ("dev", reference(3)): both.id,
        ("staging", reference(1)): staging.id,
    }


def test_nothing_runs_where_the_last_apply_left_nothing(ledger: Ledger) -> None:
    applied(ledger, [reference(1)])
    applied(ledger, [])

    assert ledger.deployments() == []


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ('UPDATE sboms SET document = \'{"bomFormat":"CycloneDX"}\'', "sboms"),
        ("UPDATE sboms SET document = 'broken'", "sboms"),
        ("DELETE FROM sbom_packages WHERE name = 'zlib'", "sbom_packages"),
        ("DELETE FROM sbom_packages", "sbom_packages"),
        ("UPDATE sbom_packages SET version = '9' WHERE name = 'openssl'", "sbom_packages"),
        (
            "INSERT INTO sbom_packages SELECT 'log4j', '2', sbom_digest FROM sbom_packages WHERE name = 'zlib'",
            "sbom_packages",
        ),
        ("INSERT INTO sbom_packages VALUES ('log4j', '2', 'none')", "sbom_packages"),
        ("DELETE FROM sboms", "sboms"),
        ("UPDATE images SET scan = '{}'", "images"),
        ("UPDATE images SET signer = 'somebody'", "images"),
        ("UPDATE images SET digest = 'sha256:0'", "images"),
    ],
)
def test_tampering_is_named_when_images_or_their_sboms_are_altered(
    database: TestDatabase, sql: str, table: str
) -> None:
    with Ledger.open(database.url) as ledger:
        ledger.record_image(image_facts(), {ABOUT: SBOM})
        assert ledger.verify().ok

    database.alter(sql)

    with Ledger.open(database.url) as ledger:
        report = ledger.verify()
    assert not report.ok
    assert table in {each.table for each in report.problems}


def test_tampering_is_named_when_an_apply_is_said_to_run_another_image(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        run = applied(ledger, [reference(1)])

    database.alter("UPDATE terraform_runs SET images = ? WHERE id = ?", (json.dumps([reference(2)]), run.id))

    with Ledger.open(database.url) as ledger:
        problems = ledger.verify().problems
    assert any("column images" in each.what and each.row_id == run.id for each in problems)
