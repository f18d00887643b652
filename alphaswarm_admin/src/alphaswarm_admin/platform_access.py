"""The way to the platform's own services: those of the environment that the console runs in, and of no other."""

import threading
from collections.abc import Callable, Mapping
from functools import cached_property

from alphaswarm_core.delivery.services import PlatformNames, PlatformServices, ServicesUnavailableError
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target, aws_client_environment, local_client_environment

ENVIRONMENT = "ALPHASWARM_ENVIRONMENT"
"""The variable by which a task is told its environment."""
Opener = Callable[[PlatformNames], PlatformServices]


class PlatformAccess:
    """Opens the door to ECS and CloudWatch when somebody first looks: the console starts without AWS.

    Args:
        settings: The project's.
        environ: Names the environment and, on AWS, holds the way to the task role's credentials.
        opened: Opens the door; for tests.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str], opened: Opener | None = None) -> None:
        self._settings, self._environ = settings, environ
        self._open = opened or self._door
        self._guard = threading.Lock()
        self._services: PlatformServices | None = None

    @cached_property
    def names(self) -> PlatformNames:
        """What belongs to the platform here. The local cloud stands in for the first environment, unless told.

        Raises:
            ServicesUnavailableError: nobody said in which environment this is.
        """
        declared = list(self._settings.environments)
        default = declared[0] if self._settings.target is Target.LOCAL else ""
        environment = self._environ.get(ENVIRONMENT, default)
        if environment not in declared:
            raise ServicesUnavailableError(
                "The console does not know its environment",
                why=f"{ENVIRONMENT} is '{environment}'; declared are {', '.join(declared)}",
                fix=f"Set {ENVIRONMENT}, as terraform/modules/admin-service does",
            )
        return PlatformNames(self._settings.project, environment, tuple(self._settings.images.services))

    def services(self) -> PlatformServices:
        """The services.

        Raises:
            AlphaSwarmError: there is no way to them.
        """
        with self._guard:
            if self._services is None:
                self._services = self._open(self.names)
            return self._services

    def _door(self, names: PlatformNames) -> PlatformServices:
        from alphaswarm_core.adapters.ecs_services import AwsPlatformServices  # noqa: PLC0415 - slow to load

        return AwsPlatformServices(names, self._cloud(names.environment))

    def _cloud(self, environment: str) -> Mapping[str, str]:
        if self._settings.target is Target.AWS:
            return aws_client_environment(self._environ, self._settings.region)
        from alphaswarm_core.local_address import read_local_address  # noqa: PLC0415 - only for the local cloud

        return local_client_environment(read_local_address(self._settings.home_path), environment)
