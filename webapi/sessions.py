"""Database sessions: one pool a process; inside a request the session of Flask-SQLAlchemy, elsewhere a plain one.

The engine opens and ends its transactions itself. What the web adds is the scope: all units of work of a request
share one session object, and whatever is left of it goes back to the pool when the request ends, also after a
failure between two units of work.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy
from flask import Flask, current_app, has_app_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BaseSession
from sqlalchemy.orm import Session

from engine.store.connection import connect, conninfo, sessions
from webapi.bell import Bell

POOL = "amends.pool"


class _RequestSession(BaseSession):
    """A session over the pool that the process already has, instead of one that the extension would make."""

    def get_bind(self, *_: Any, **__: Any) -> sqlalchemy.Engine:
        """The pool of the application that serves the present request."""
        pool: sqlalchemy.Engine = current_app.extensions[POOL]
        return pool


db = SQLAlchemy(session_options={"class_": _RequestSession, "expire_on_commit": False, "autoflush": True})


class Sessions:
    """A session factory for `engine.bootstrap.make_engine`, usable in requests, in the worker and in commands.

    `url` is a PostgreSQL address; `pool_size` counts connections. Threads that serve requests hold a connection
    only while a command runs, so a pool may be smaller than the number of threads.
    """

    def __init__(self, url: str, *, pool_size: int) -> None:
        self.pool = connect(url, pool_size=pool_size)
        self._plain = sessions(self.pool)
        self.bell = Bell(conninfo(url, "amends-bell"))

    def __call__(self) -> Session:
        """The request's session where there is a request, a new one otherwise."""
        if has_app_context() and POOL in current_app.extensions:
            return db.session()
        return self._plain()

    def close(self) -> None:
        """Close every connection."""
        self.bell.close()
        self.pool.dispose()


def register(app: Flask, factory: Sessions) -> None:
    """Let `app` use `factory`'s pool, and give back what a request leaves behind."""
    app.extensions[POOL] = factory.pool
    app.config["SQLALCHEMY_DATABASE_URI"] = factory.pool.url
    db.init_app(app)
