"""Names that belong to this project and never come from outside, whether they were published yet or not.

The attack is dependency confusion: somebody puts `alphaswarm-something` on the public index with a high version, and an
installer that looks in both places takes the stranger's. So the names of the project's own distributions are declared
in `alphaswarm.toml`, and the public index is not even asked about them.
"""

from fnmatch import fnmatchcase
from pathlib import Path

from alphaswarm_core.settings import FILE_NAME, load_settings
from alphaswarm_local.packages.names import normalized
from alphaswarm_local.packages.offers import IsInternal


def declared_internal(project: Path) -> IsInternal:
    """Whether a normalised name is declared in the settings of the checkout; without settings, none is.

    Raises:
        ConfigurationError: there are settings, and they do not hold. Nothing is guessed then.
    """
    path = project / FILE_NAME
    if not path.is_file():
        return lambda _name: False
    patterns = tuple(pattern_of(each) for each in load_settings(path, {}, {}).internal_packages)
    return lambda name: any(fnmatchcase(name, pattern) for pattern in patterns)


def pattern_of(text: str) -> str:
    """A declared name, normalised; `*` at its end stands for any rest."""
    return normalized(text.removesuffix("*")) + ("*" if text.endswith("*") else "")
