"""A GitHub for a test."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from .hosted import Hosted

HostedOf = Callable[..., Hosted]


@pytest.fixture
def hosted_of(tmp_path: Path) -> Iterator[HostedOf]:
    """Makes a GitHub whose repository has these files; stopped afterwards."""
    made: list[Hosted] = []

    def make(files: Mapping[str, str] | None = None, **options: Any) -> Hosted:
        made.append(Hosted(tmp_path / str(len(made)), files, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def hosted(hosted_of: HostedOf) -> Hosted:
    """One whose repository holds a README only."""
    return hosted_of()
