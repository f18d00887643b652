"""The console behind a real server on loopback: streams do not end, and a test client would wait for their end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from .stage import Stage


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """The address of the running console."""
    config = uvicorn.Config(stage.app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    started = threading.Event()
    startup = server.startup

    async def told(*arguments: Any, **named: Any) -> None:
        await startup(*arguments, **named)
        started.set()

    server.startup = told  # type: ignore[method-assign]
    thread.start()
    assert started.wait(10)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def signed_in(address: str, person: str = "bob") -> Iterator[httpx.Client]:
    """Somebody's client."""
    with httpx.Client(base_url=address, timeout=10, trust_env=False) as client:
        client.post("/admin/session/development", json={"person": person, "roles": ["viewer"]}).raise_for_status()
        yield client


def events(response: httpx.Response) -> Iterator[dict[str, str]]:
    """The events of a stream, each with its `id`, `event` and `data`."""
    found: dict[str, str] = {}
    for line in response.iter_lines():
        name, colon, value = line.partition(": ")
        if not line and "event" in found:
            yield found
            found = {}
        elif colon and name:
            found[name] = value
