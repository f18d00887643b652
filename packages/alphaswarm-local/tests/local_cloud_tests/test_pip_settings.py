"""What pip says of its index: asked of a real pip, under configurations of the test's own."""

import json
import os
from pathlib import Path

import pytest

from alphaswarm_local.pip_settings import (
    ENVIRONMENT_VARIABLE,
    PipSettingsError,
    ask_pip,
    environment_for_jobs,
    environment_for_server,
    environment_of_pip,
)

_OWN = "/_alphaswarm/packages"
_PLAIN = {"PIP_CONFIG_FILE": os.devnull}


def test_index_is_the_one_of_the_environment_when_a_file_names_another(tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://file.example/simple\nextra-index-url = https://more.example/\n")
    found = ask_pip({"PIP_CONFIG_FILE": str(file)}, _OWN)
    assert (found.index_url, found.left_out) == ("https://file.example/simple", ("extra-index-url",))
    found = ask_pip({"PIP_CONFIG_FILE": str(file), "PIP_INDEX_URL": "https://u:p@environment.example/simple/"}, _OWN)
    assert found.index_url == "https://u:p@environment.example/simple"


def test_index_is_the_compiled_in_one_when_nothing_names_another() -> None:
    default = ask_pip(_PLAIN, _OWN).index_url
    assert default.startswith("https://")
    own = {**_PLAIN, "PIP_INDEX_URL": f"http://aws:token@127.0.0.1:1{_OWN}/1/r/d/pypi/p/simple/"}
    assert ask_pip(own, _OWN).index_url == default, "a cloud that is its own upstream would ask itself for ever"


def test_way_to_the_index_is_pips_when_it_has_certificates_and_proxies() -> None:
    given = {"PIP_CERT": "/certificates", "https_proxy": "http://proxy.example:1", "NO_PROXY": "a.example, .b.example"}
    found = ask_pip({**_PLAIN, **given, "PIP_TRUSTED_HOST": "c.example d.example"}, _OWN)
    assert found.certificates == "/certificates"
    assert found.proxies == {"https://": "http://proxy.example:1"}
    assert found.direct_hosts == ("a.example", ".b.example")
    assert found.trusted_hosts == ("c.example", "d.example")
    everywhere = ask_pip({**_PLAIN, "PIP_PROXY": "http://p.example", "https_proxy": "http://other.example"}, _OWN)
    assert everywhere.proxies == {"http://": "http://p.example", "https://": "http://p.example"}


def test_there_is_no_upstream_when_pip_may_use_no_index() -> None:
    with pytest.raises(PipSettingsError, match="no-index"):
        ask_pip({**_PLAIN, "PIP_NO_INDEX": "1"}, _OWN)


def test_server_learns_of_pip_and_of_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    ambient = {"PIP_INDEX_URL": "x", "HTTPS_PROXY": "y", "AWS_SECRET_ACCESS_KEY": "s", "GITHUB_TOKEN": "t", "PIP_A": ""}
    given = environment_for_server(ambient)
    assert list(given) == [ENVIRONMENT_VARIABLE]
    assert json.loads(given[ENVIRONMENT_VARIABLE]) == {"PIP_INDEX_URL": "x", "HTTPS_PROXY": "y"}
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, given[ENVIRONMENT_VARIABLE])
    assert environment_of_pip() == {"PIP_INDEX_URL": "x", "HTTPS_PROXY": "y"}


def test_jobs_reach_the_index_as_their_user_does_and_learn_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True)
    file.write_text("[global]\nindex-url = https://file.example/simple\n")
    ambient = {"HOME": str(tmp_path), "SSL_CERT_FILE": "/c", "UV_SYSTEM_CERTS": "1", "UV_PUBLISH_TOKEN": "t"}
    given = json.loads(environment_for_server(ambient)[ENVIRONMENT_VARIABLE])

    told = environment_for_jobs(given)

    assert told == {"PIP_CONFIG_FILE": str(file), "SSL_CERT_FILE": "/c", "UV_SYSTEM_CERTS": "1"}
    assert ask_pip({**told, "HOME": "/nowhere"}, _OWN).index_url == "https://file.example/simple"
    assert environment_for_jobs({"HOME": "/nowhere", "PIP_CONFIG_FILE": "/named"}) == {"PIP_CONFIG_FILE": "/named"}
