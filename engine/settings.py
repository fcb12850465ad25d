"""Settings from the environment, typed; secrets come from files; a name nobody knows is refused.

| variable | meaning |
|---|---|
| `AMENDS_DATA` | directory of the embedded PostgreSQL, attachments, development mailbox and secrets (`./var`) |
| `AMENDS_DATABASE_URL` (or `_FILE`) | another PostgreSQL instead of the embedded one |
| `AMENDS_POOL_SIZE` | database connections that one process may hold |
| `AMENDS_LIVE_INSTANCES` | process instances that one process keeps in memory between commands (2000); 0 keeps none |
| `AMENDS_CLOCK` | `system` or `settable` |
| `AMENDS_REQUIRE_PROCESS_TESTS` | `off`; `sent`: tests that are sent must pass; `all`: each process needs some |
| `AMENDS_CONFIG` | directory laid over `config/` |
| `AMENDS_PUBLIC_URL` | where the portal is reached from outside, for links in letters |
| `AMENDS_SMTP_URL` (or `_FILE`) | `smtp://user:password@host:port` or `smtps://...`; else mail goes to the mailbox |
| `AMENDS_MAIL_FROM` | sender of letters |
| `AMENDS_SECRET_FILE` | file with the secret behind tracking codes and sessions; made in `AMENDS_DATA` if not given |
| `AMENDS_ADMIN_PASSWORD_FILE` | file with the first password of the user `admin` |
| `AMENDS_LOG_LEVEL`, `AMENDS_LOG_FORMAT` | `info`...; `text` or `json` |
| `AMENDS_RATE_LIMITS` | `on` or `off` (tests only) |
| `AMENDS_MAX_REQUEST_BYTES` | largest request body that is read |
| `AMENDS_COOKIE_SECURE` | `on` where pages are served over TLS |
| `AMENDS_TRUSTED_PROXIES` | number of proxies in front whose forwarded headers are believed |
"""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import ConfigurationInvalid

PREFIX = "AMENDS_"
ROOT = Path(__file__).resolve().parent.parent
PACKAGED = Path(__file__).resolve().parent / "library"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an installation may set. See the module for what each one means."""

    data: Path = Path("var")
    database_url: str | None = None
    pool_size: int = 10
    live_instances: int = 2_000
    clock: Literal["system", "settable"] = "system"
    require_process_tests: Literal["off", "sent", "all"] = "off"
    config: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: str | None = None
    mail_from: str = "complaints@localhost"
    secret_file: Path | None = None
    admin_password_file: Path | None = None
    log_level: str = "info"
    log_format: Literal["text", "json"] = "text"
    rate_limits: bool = True
    max_request_bytes: int = 12_000_000
    cookie_secure: bool = False
    trusted_proxies: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read `AMENDS_*`; raises `ConfigurationInvalid` for an unknown name or a value that cannot be read."""
        given = {k: v for k, v in (os.environ if environment is None else environment).items() if k.startswith(PREFIX)}
        values: dict[str, object] = {}
        for name, text in given.items():
            field, read = _reader(name)
            try:
                values[field] = read(text)
            except (ValueError, OSError) as error:
                raise ConfigurationInvalid(f"{name}: {error}") from error
        return cls(**values)  # type: ignore[arg-type]  # each reader returns the type of its field

    @property
    def attachments(self) -> Path:
        """Directory of attachments."""
        return self.data / "attachments"

    @property
    def mailbox(self) -> Path:
        """Directory where letters are put while no mail server is set."""
        return self.data / "mailbox"

    def secret(self) -> bytes:
        """The installation's secret, 32 bytes or more; made at the first call if no file is given."""
        path = self.secret_file or self.data / "secret"
        if not path.exists():
            if self.secret_file is not None:
                raise ConfigurationInvalid(f"AMENDS_SECRET_FILE: {path} does not exist.")
            _write_once(path, secrets.token_hex(32))
        secret = path.read_text("utf-8").strip().encode()
        if len(secret) < 32:
            raise ConfigurationInvalid("The secret needs at least 32 characters.")
        return secret

    def admin_password(self) -> str | None:
        """The first password of `admin`, if a file gives one."""
        return None if self.admin_password_file is None else _read_secret(str(self.admin_password_file))

    def config_file(self, name: str) -> Path:
        """Where `name` (for example `roles.toml`) is read from: the own configuration directory, else the default."""
        for folder in self._config_folders():
            if (folder / name).is_file():
                return folder / name
        raise ConfigurationInvalid(f"There is no configuration file {name!r}.")

    def config_files(self, folder: str, suffix: str = ".toml") -> dict[str, Path]:
        """All files of a configuration folder by their stem; the own directory's replace defaults of that name."""
        found: dict[str, Path] = {}
        for base in reversed(self._config_folders()):
            found.update((path.stem, path) for path in sorted((base / folder).glob(f"*{suffix}")))
        return found

    def _config_folders(self) -> list[Path]:
        return [*([self.config] if self.config else []), library("config")]


def library(name: str) -> Path:
    """A directory of the process library (`workflows`, `forms`, `config`): of the checkout, else of the package."""
    return ROOT / name if (ROOT / "pyproject.toml").is_file() else PACKAGED / name


def _write_once(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    partial.touch(mode=0o600)
    partial.write_text(text, "utf-8")
    try:
        os.link(partial, path)  # two processes that start together must agree: the first link wins
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _read_secret(path: str) -> str:
    return Path(path).read_text("utf-8").strip()


def _number(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError("a number from 0 on is needed")
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"one of {', '.join(words)} is needed, not {text!r}")
        return text.lower()

    return read


def _switch(text: str) -> bool:
    return _one_of("on", "off")(text) == "on"


_READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "DATA": ("data", Path),
    "DATABASE_URL": ("database_url", str),
    "DATABASE_URL_FILE": ("database_url", _read_secret),
    "POOL_SIZE": ("pool_size", _number),
    "LIVE_INSTANCES": ("live_instances", _number),
    "CLOCK": ("clock", _one_of("system", "settable")),
    "REQUIRE_PROCESS_TESTS": ("require_process_tests", _one_of("off", "sent", "all")),
    "CONFIG": ("config", Path),
    "PUBLIC_URL": ("public_url", lambda text: text.rstrip("/")),
    "SMTP_URL": ("smtp_url", str),
    "SMTP_URL_FILE": ("smtp_url", _read_secret),
    "MAIL_FROM": ("mail_from", str),
    "SECRET_FILE": ("secret_file", Path),
    "ADMIN_PASSWORD_FILE": ("admin_password_file", Path),
    "LOG_LEVEL": ("log_level", _one_of("debug", "info", "warning", "error")),
    "LOG_FORMAT": ("log_format", _one_of("text", "json")),
    "RATE_LIMITS": ("rate_limits", _switch),
    "MAX_REQUEST_BYTES": ("max_request_bytes", _number),
    "COOKIE_SECURE": ("cookie_secure", _switch),
    "TRUSTED_PROXIES": ("trusted_proxies", _number),
}


def _reader(name: str) -> tuple[str, Callable[[str], object]]:
    known = _READERS.get(name.removeprefix(PREFIX))
    if known is None:
        close = difflib.get_close_matches(name, [PREFIX + k for k in _READERS], n=1)
        raise ConfigurationInvalid(f"Unknown setting {name}." + (f" Is {close[0]} meant?" if close else ""))
    return known
