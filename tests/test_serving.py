"""What must be so before the server starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.access.accounts import Accounts
from assistant.access.people import Role
from assistant.config import load_settings
from assistant.errors import ConfigError
from assistant.serving import open_accounts
from tests.page_server import serving


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_loopback_nobody_needs_to_sign_in(tmp_path: Path, host: str) -> None:
    assert open_accounts(load_settings(home=tmp_path), host) is None
    assert not (tmp_path / "accounts.sqlite").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_elsewhere_it_does_not_start_without(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError) as error:
        open_accounts(load_settings(home=tmp_path), host)
    for remedy in ("ASSISTANT_SIGN_IN=accounts", "assistant users add NAME --role admin", "ASSISTANT_SIGN_IN=proxy", "127.0.0.1"):
        assert remedy in str(error.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sign_in": "accounts"}, "nobody has an account yet. Add one with: assistant users add NAME --role admin"),
        ({"sign_in": "proxy"}, "ASSISTANT_PROXY_ADDRESSES: is empty"),
    ],
)
def test_where_nobody_could_sign_in_it_does_not_start(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        open_accounts(load_settings(home=tmp_path, **settings), "127.0.0.1")
    assert said in str(error.value)


def test_with_an_account_it_starts_anywhere_and_warns_of_plain_http(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts = Accounts(tmp_path / "accounts.sqlite")
    accounts.add("anna", Role.ADMIN, "a long enough password")
    accounts.close()
    opened = open_accounts(load_settings(home=tmp_path, sign_in="accounts"), "0.0.0.0")
    assert opened
    opened.close()
    assert "passwords travel unencrypted" in capsys.readouterr().err
    opened = open_accounts(load_settings(home=tmp_path, sign_in="accounts", proxy_addresses="10.0.0.1"), "0.0.0.0")
    assert opened
    opened.close()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("name", "value"), [("proxy_addresses", "10.0.0.0/99"), ("proxy_addresses", "proxy"), ("sign_in", "maybe"), ("rate_limit", 0)])
def test_settings_that_cannot_be(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"ASSISTANT_{name.upper()}"):
        load_settings(**{name: value})


def test_a_server_that_is_told_to_end_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with serving(tmp_path, variables={"TMPDIR": str(scratch), "GRADIO_TEMP_DIR": str(tmp_path / "gradio")}) as address:
        assert httpx.get(f"{address}/api/v1/health", timeout=60).status_code == 200
        assert list(scratch.iterdir()) != [], "what the page hands out lies here while it runs"
    assert list(scratch.iterdir()) == []
