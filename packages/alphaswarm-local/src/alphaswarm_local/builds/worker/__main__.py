"""`python -m alphaswarm_local.builds.worker`, started by the local cloud and by nobody else."""

import os
import shutil
import sys

from alphaswarm_local.builds.leftovers import end_processes_of
from alphaswarm_local.builds.worker.build import Build, read_orders
from alphaswarm_local.builds.worker.events import Events

_STANDARD_INPUT = 0


def main() -> None:
    """Run one build and leave nothing behind."""
    os.umask(0o077)
    orders = read_orders(_STANDARD_INPUT)
    try:
        Build(orders, Events(sys.stdout.buffer), _STANDARD_INPUT).run()
    finally:
        end_processes_of(orders.build_id)
        shutil.rmtree(orders.scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
