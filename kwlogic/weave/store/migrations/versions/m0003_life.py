"""The life of kernels: changes of state, with reasons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = ("before", "after", "reason", "by", "evidence", "at", "sum")


def upgrade() -> None:
    op.create_table(
        "transitions",
        sa.Column("kernel", sa.Text(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        *(sa.Column(c, sa.Text(), nullable=False) for c in TEXTS),
        sa.PrimaryKeyConstraint("kernel", "seq", name="pk_transitions"),
    )


def downgrade() -> None:
    op.drop_table("transitions")
