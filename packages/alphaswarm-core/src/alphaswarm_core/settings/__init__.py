"""Settings: what a project delivers, to where, and who has to agree. One validated object, built at the edge.

Order of authority: flag, then `ALPHASWARM_*` in the environment, then `alphaswarm.toml`, then the default.
A message about a wrong setting names the file, line and key (or the variable), what is wrong and what would be right.
"""

from alphaswarm_core.settings.console import AdminSettings
from alphaswarm_core.settings.loading import ENVIRONMENT_VARIABLES, find_settings_file, load_settings
from alphaswarm_core.settings.project import FILE_NAME, Settings
from alphaswarm_core.settings.sections import (
    EnvironmentSettings,
    PersonSettings,
    RepositorySettings,
    TerraformSettings,
)

__all__ = [
    "ENVIRONMENT_VARIABLES",
    "FILE_NAME",
    "AdminSettings",
    "EnvironmentSettings",
    "PersonSettings",
    "RepositorySettings",
    "Settings",
    "TerraformSettings",
    "find_settings_file",
    "load_settings",
]
