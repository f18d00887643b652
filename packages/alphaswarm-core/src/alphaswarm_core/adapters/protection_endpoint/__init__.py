"""The deployment protection rule over HTTP: a router to be mounted, and the worker that answers behind it.

Needs the extra `alphaswarm-core[webhooks]`. Nothing else of the core imports this package: FastAPI stays out of plans
and applies.
"""

from alphaswarm_core.adapters.protection_endpoint.router import PATH, protection_router
from alphaswarm_core.adapters.protection_endpoint.worker import AnsweringWorker

__all__ = ["PATH", "AnsweringWorker", "protection_router"]
