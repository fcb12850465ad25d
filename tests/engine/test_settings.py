from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import ConfigurationInvalid
from engine.settings import Settings


def test_settings_are_read_and_typed(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://db/amends\n")
    given = {
        "AMENDS_DATA": str(tmp_path),
        "AMENDS_DATABASE_URL_FILE": str(tmp_path / "url"),
        "AMENDS_CLOCK": "settable",
        "AMENDS_POOL_SIZE": "4",
        "AMENDS_LIVE_INSTANCES": "0",
        "AMENDS_RATE_LIMITS": "off",
        "AMENDS_PUBLIC_URL": "https://complaints.example/",
        "PATH": "/bin",
    }
    settings = Settings.from_environment(given)
    assert settings == Settings(
        data=tmp_path,
        database_url="postgresql://db/amends",
        clock="settable",
        pool_size=4,
        live_instances=0,
        rate_limits=False,
        public_url="https://complaints.example",
    )


def test_a_name_that_nobody_knows_is_refused_with_a_proposal() -> None:
    with pytest.raises(ConfigurationInvalid, match="AMENDS_DATABASE_URL"):
        Settings.from_environment({"AMENDS_DATABSE_URL": "x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOCK", "wrong"),
        ("POOL_SIZE", "many"),
        ("POOL_SIZE", "-1"),
        ("RATE_LIMITS", "1"),
        ("SMTP_URL_FILE", "/nowhere"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=name):
        Settings.from_environment({f"AMENDS_{name}": value})


def test_the_secret_is_made_once_even_by_processes_that_start_together(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "var")
    with ThreadPoolExecutor(4) as pool:
        secrets = set(pool.map(lambda _: settings.secret(), range(8)))
    assert len(secrets) == 1
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o077 == 0


def test_a_secret_that_is_too_short_or_missing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with pytest.raises(ConfigurationInvalid, match="does not exist"):
        Settings(secret_file=path).secret()
    path.write_text("short")
    with pytest.raises(ConfigurationInvalid, match="32"):
        Settings(secret_file=path).secret()


def test_an_own_configuration_lies_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "default.toml").write_text("")
    own = Settings(config=tmp_path)
    assert own.config_file("calendars/default.toml") == tmp_path / "calendars" / "default.toml"
    assert own.config_file("roles.toml") == Settings().config_file("roles.toml")
    assert own.config_files("calendars")["default"].parent.parent == tmp_path
    assert "england" in own.config_files("calendars")
    with pytest.raises(ConfigurationInvalid):
        own.config_file("nowhere.toml")
