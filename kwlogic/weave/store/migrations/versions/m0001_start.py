"""Kernels, texts, states, verdicts, certificates, lineage, traces, runs, feedback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "kernels": (("digest",), "digest name module version family origin document spec seq# at sum"),
    "texts": (("digest",), "digest text sum"),
    "status": (("digest",), "digest state passes# failures# note at sum"),
    "verdicts": (
        ("kernel", "obligation"),
        "kernel obligation kind label text verdict tier reason counterexample rests_on at sum",
    ),
    "certificates": (("kernel", "obligation"), "kernel obligation text sum"),
    "lineage": (("child", "relation", "parent"), "child relation parent sum"),
    "traces": (("trace_id",), "trace_id family success? document at sum"),
    "runs": (("run_id",), "run_id kernel name inputs state outputs reason trace_id at ended sum"),
    "steps": (("run_id", "step"), "run_id step kernel key state inputs outputs reason at sum"),
    "feedback": (("feedback_id",), "feedback_id kernel family success? document seq# at sum"),
    "meta": (("key",), "key value"),
}
INDEXES = (
    ("kernels", ("name", "seq")),
    ("kernels", ("family",)),
    ("kernels", ("seq",)),
    ("status", ("state",)),
    ("lineage", ("parent",)),
    ("traces", ("family",)),
    ("runs", ("kernel",)),
    ("runs", ("state",)),
    ("feedback", ("kernel",)),
)


def column(word: str) -> sa.Column[object]:
    """``name#`` is a number, ``name?`` a number or null, anything else a text."""
    name = word.rstrip("#?")
    return sa.Column(name, NUMBER if name != word else sa.Text(), nullable=word.endswith("?"))


def upgrade() -> None:
    for name, (keys, columns) in TABLES.items():
        op.create_table(name, *map(column, columns.split()), sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"))
    for table, columns_ in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns_)}", table, list(columns_))


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
