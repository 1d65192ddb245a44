"""From an address to a database that is ready: the engine, its settings, the migrations.

``sqlite:///PATH`` or a bare path is a file; ``postgresql://…`` is a server. SQLAlchemy and alembic are imported here and
in the modules beside, and only once a store is opened.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SCHEMES = ("postgresql://", "postgres://", "postgresql+psycopg://")
BUSY_MS = 60_000


def is_server(url: str) -> bool:
    return url.startswith(SCHEMES)


def path_of(url: str, root: Path) -> Path:
    """The file of a store that is no server; raises Diagnosed for an address of another kind."""
    text = url.removeprefix("sqlite:///")
    if "://" in text or "\0" in text or not text:
        raise Diagnosed(
            diagnostic(
                "KW803",
                f"`{_safe(url)}` is not the address of a store",
                help="give a path, `sqlite:///PATH`, or `postgresql://USER@HOST/DATABASE`",
            )
        )
    return root / text


def _safe(url: str) -> str:
    """An address without its password."""
    scheme, colon, rest = url.partition("://")
    return f"{scheme}{colon}…@{rest.rpartition('@')[2]}" if "@" in rest else url.replace("\0", "\\0")


def file_engine(path: Path) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import URL

    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where `begin` says so
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")  # the log has been synced already
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("kw_write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def server_engine(url: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    if find_spec("psycopg") is None:
        raise missing("psycopg", "postgres")
    try:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        with engine.connect():
            return engine
    except ArgumentError as error:
        raise Diagnosed(diagnostic("KW803", f"`{_safe(url)}` is not the address of a store")) from error
    except SQLAlchemyError as error:
        raise unopened(_safe(url), error) from error


def missing(package: str, extra: str) -> Diagnosed:
    return Diagnosed(
        diagnostic("KW803", f"the store needs the package `{package}`, which is not installed", help=f"pip install 'kwlogic[{extra}]'")
    )


def unopened(shown: str, error: Exception) -> Diagnosed:
    reason = str(getattr(error, "orig", None) or error).strip().splitlines() or ["no reason given"]
    return Diagnosed(diagnostic("KW803", f"the store `{shown}` cannot be opened: {reason[0]}"))


def migrate(connection: Connection, shown: str) -> None:
    """Bring the schema to the newest version, within the connection's transaction."""
    from kwlogic.weave.store.migrations import HEAD

    found = revision(connection)
    if found == HEAD:
        return
    if found is None and _has_tables(connection):
        raise Diagnosed(diagnostic("KW804", f"`{shown}` is a database, but not a store of kwlogic", help="give another path or database"))
    if found is not None and not (found.isdigit() and found < HEAD):
        raise Diagnosed(
            diagnostic(
                "KW804",
                f"the store `{shown}` was written by a newer kwlogic (schema {found}, this one knows {HEAD})",
                help="upgrade kwlogic",
            )
        )
    if found is None:
        create(connection)
    else:
        upgrade(connection)


def create(connection: Connection) -> None:
    """The tables of an empty database, at once; a test holds them to be what the migrations make."""
    from sqlalchemy import Column, MetaData, String, Table

    from kwlogic.weave.store.migrations import HEAD
    from kwlogic.weave.store.models import Base

    Base.metadata.create_all(connection)
    version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
    version.create(connection)
    connection.execute(version.insert().values(version_num=HEAD))


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing."""
    try:
        from alembic import command
        from alembic.config import Config
    except ImportError as error:
        raise missing("alembic", "store") from error
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def _has_tables(connection: Connection) -> bool:
    from sqlalchemy import inspect

    return bool(inspect(connection).get_table_names())


def dispose(engine: Engine) -> None:
    with suppress(Exception):
        engine.dispose()
