"""Migrations of the store's schema, run by alembic when a store is opened. ``HEAD`` is the newest."""

HEAD = "0003"
