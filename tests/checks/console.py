"""The console's frontend: formatting and lint, types, its client against the backend's contract, and its tests."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Mapping

from tests.checks.trees import REPOSITORY

FRONTEND = REPOSITORY / "alphaswarm_admin/frontend"
CHECKS: Mapping[str, tuple[str, ...]] = {
    "formatting and lint": ("biome", "check", "--error-on-warnings", "."),
    "types": ("tsc", "--noEmit"),
    "client": ("openapi-typescript", "../openapi.json", "--output", "lib/api/schema.d.ts", "--check"),
    "tests": ("vitest", "run", "--silent"),
}
_LONGEST_SECONDS = 600


def install() -> None:
    """The packages of the lock file, checked by their hashes; no package's install script runs."""
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules/.alphaswarm-lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def main() -> int:
    """Run all checks. Exit code 1 when one fails, or cannot run: a machine without Node checks nothing."""
    if shutil.which("npm") is None:
        print("npm is needed to check the console's frontend: install Node.js 20 or newer")
        return 1
    try:
        install()
        for name, command in CHECKS.items():
            _run("npm", "exec", "--offline", "--", *command, what=name)
    except subprocess.SubprocessError as error:
        print(f"alphaswarm_admin/frontend: {error}")
        return 1
    return 0


def _run(*command: str, what: str = "installation") -> None:
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False)
    if done.returncode:
        raise subprocess.SubprocessError(f"{what} failed\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
