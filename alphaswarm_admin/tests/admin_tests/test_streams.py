"""Streams: what was missed comes after a lost connection; they end with the run, and with the session."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from alphaswarm_admin import live
from alphaswarm_core.ledger.records import NewRun, Run, RunStatus

from .serving import events, served, signed_in
from .stage import Stage


def _running(stage: Stage) -> tuple[Run, Path]:
    """A run whose log is being written."""
    place = stage.console.runs_directory / "x" / "engine.log"
    place.parent.mkdir(parents=True)
    place.write_text("one\ntwo\n")
    run = stage.plan()
    new = stage.ledger.open_run(_like(run), exclusive=False)
    return stage.ledger.transition(new.id, RunStatus.running, changes={"log_place": str(place)}), place


def _log_of(run: Run) -> str:
    return f"/admin/runs/{run.id}/log/stream"


def _like(run: Run) -> NewRun:
    return NewRun(run.tree, run.environment, run.run_kind, run.actor, None)


def _texts(event: dict[str, str]) -> list[str]:
    return [each["text"] for each in json.loads(event["data"])["lines"]]


def test_a_log_is_told_while_it_is_written_and_ends_with_its_run(stage: Stage) -> None:
    run, place = _running(stage)
    with served(stage) as address, signed_in(address) as client, client.stream("GET", _log_of(run)) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        told = events(response)
        assert _texts(next(told)) == ["one", "two"]
        with place.open("a") as file:
            file.write("three\nhalf a l")
        assert _texts(next(told)) == ["three"]
        with place.open("a") as file:
            file.write("ine\n")
        assert _texts(next(told)) == ["half a line"]
        stage.ledger.transition(run.id, RunStatus.errored)
        end = next(told)
        assert (end["event"], json.loads(end["data"])["status"]) == ("end", "errored")


def test_after_a_lost_connection_the_rest_is_told(stage: Stage) -> None:
    run, place = _running(stage)
    with served(stage) as address, signed_in(address) as client:
        with client.stream("GET", _log_of(run)) as response:
            last = next(events(response))["id"]
        with place.open("a") as file:
            file.write("missed\n")
        with client.stream("GET", _log_of(run), headers={"last-event-id": last}) as response:
            assert _texts(next(events(response))) == ["missed"]


def test_entries_are_told_and_told_again_from_the_last_seen_on(stage: Stage) -> None:
    with served(stage) as address, signed_in(address) as client:
        with client.stream("GET", "/admin/events", headers={"last-event-id": "0"}) as response:
            told = events(response)
            run = stage.plan()
            first = next(told)
            assert json.loads(first["data"])["kind"] == "run:plan:queued"
            assert json.loads(first["data"])["run_id"] == run.id
        with client.stream("GET", "/admin/events", headers={"last-event-id": first["id"]}) as response:
            assert json.loads(next(events(response))["data"])["sequence"] == int(first["id"]) + 1


def test_a_stream_ends_with_the_session(stage: Stage) -> None:
    headers = {"last-event-id": "0"}
    with (
        served(stage) as address,
        signed_in(address) as client,
        client.stream("GET", "/admin/events", headers=headers) as response,
    ):
        told = events(response)
        stage.plan()
        next(told)
        stage.later(9 * 3600)
        stage.plan()
        assert sum(1 for _ in told) < 20  # it comes to an end


def test_streams_are_for_those_who_are_signed_in(stage: Stage) -> None:
    run, _ = _running(stage)
    with served(stage) as address, httpx.Client(base_url=address, trust_env=False) as stranger:
        for path in ("/admin/events", _log_of(run)):
            assert stranger.get(path).status_code == 401


def test_more_than_it_can_serve_are_turned_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 1)
    run, _ = _running(stage)
    with served(stage) as address, signed_in(address) as client, client.stream("GET", _log_of(run)) as response:
        told = events(response)
        next(told)  # and the stream stays open
        second = client.get(_log_of(run))
        assert (second.status_code, second.json()["error"]["code"]) == (503, "AS-ADM-011")


def test_many_who_watch_are_told_the_same(stage: Stage) -> None:
    run, place = _running(stage)

    def read(address: str) -> list[str]:
        with signed_in(address) as client, client.stream("GET", _log_of(run)) as response:
            return [text for each in events(response) if each["event"] == "lines" for text in _texts(each)]

    with served(stage) as address, ThreadPoolExecutor(8) as many:
        reading = [many.submit(read, address) for _ in range(8)]
        with place.open("a") as file:
            file.write("three\n")
        stage.ledger.transition(run.id, RunStatus.errored)
        assert {tuple(each.result(20)) for each in reading} == {("one", "two", "three")}
