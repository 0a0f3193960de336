"""The command for server administrators."""

from pathlib import Path

import pytest

from engine.store import Store, StoredLoop
from engine.store.__main__ import main
from tests.engine.store.damage import damage


@pytest.fixture(autouse=True)
def _here(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)


def test_a_database_is_checked(
    store: Store, kept: StoredLoop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "1 loop, 0 findings\n"
    damage(store, "name changed")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert f"{kept.view}: The database is damaged" in said
    assert kept.id not in said


def test_a_database_that_is_not_there_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/mistyped/events.db")
    assert main(["check"]) == 2
    assert f"no database {tmp_path}/mistyped/events.db" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_invalid_address_is_refused_with_an_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "events.db")
    assert main(["check"]) == 2
    assert "such as sqlite:///events.db" in capsys.readouterr().err
