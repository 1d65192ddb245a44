"""The verified cache."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
COLUMNS = ("key", "kernel", "inputs", "outputs", "settings", "at", "sum")


def upgrade() -> None:
    op.create_table("cache", *(sa.Column(c, sa.Text(), nullable=False) for c in COLUMNS), sa.PrimaryKeyConstraint("key", name="pk_cache"))
    op.create_index("ix_cache_kernel", "cache", ["kernel"])


def downgrade() -> None:
    op.drop_table("cache")
