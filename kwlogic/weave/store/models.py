"""The tables, one schema for SQLite and PostgreSQL. Changes go through a migration in ``migrations/versions``.

Every row carries ``sum``, a checksum of its other columns: what a damaged file yields is noticed, never believed.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, int: BigInteger().with_variant(Integer, "sqlite")}


class KernelRow(Base):
    __tablename__ = "kernels"
    __table_args__ = (Index("ix_kernels_name_seq", "name", "seq"),)
    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    module: Mapped[str]
    version: Mapped[str]
    family: Mapped[str] = mapped_column(index=True)
    origin: Mapped[str]
    document: Mapped[str]
    spec: Mapped[str]
    seq: Mapped[int] = mapped_column(index=True)
    at: Mapped[str]
    sum: Mapped[str]


class TextRow(Base):
    """Long texts that many rows share (module sources, certificates), by digest."""

    __tablename__ = "texts"
    digest: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    sum: Mapped[str]


class StatusRow(Base):
    __tablename__ = "status"
    digest: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    passes: Mapped[int]
    failures: Mapped[int]
    note: Mapped[str]
    at: Mapped[str]
    sum: Mapped[str]


class TransitionRow(Base):
    """The life of a kernel: every change of its state, with the reason."""

    __tablename__ = "transitions"
    kernel: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    evidence: Mapped[str]
    at: Mapped[str]
    sum: Mapped[str]


class VerdictRow(Base):
    __tablename__ = "verdicts"
    kernel: Mapped[str] = mapped_column(primary_key=True)
    obligation: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    label: Mapped[str]
    text: Mapped[str]
    verdict: Mapped[str]
    tier: Mapped[str]
    reason: Mapped[str]
    counterexample: Mapped[str]
    rests_on: Mapped[str]
    at: Mapped[str]
    sum: Mapped[str]


class CertificateRow(Base):
    __tablename__ = "certificates"
    kernel: Mapped[str] = mapped_column(primary_key=True)
    obligation: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    sum: Mapped[str]


class LinkRow(Base):
    __tablename__ = "lineage"
    child: Mapped[str] = mapped_column(primary_key=True)
    relation: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str] = mapped_column(primary_key=True, index=True)
    sum: Mapped[str]


class TraceRow(Base):
    __tablename__ = "traces"
    trace_id: Mapped[str] = mapped_column(primary_key=True)
    family: Mapped[str] = mapped_column(index=True)
    success: Mapped[int | None]
    document: Mapped[str]
    at: Mapped[str]
    sum: Mapped[str]


class RunRow(Base):
    __tablename__ = "runs"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    kernel: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    inputs: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    outputs: Mapped[str]
    reason: Mapped[str]
    trace_id: Mapped[str]
    at: Mapped[str]
    ended: Mapped[str]
    sum: Mapped[str]


class StepRow(Base):
    """The journal of runs: a step is here once it has finished."""

    __tablename__ = "steps"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    kernel: Mapped[str]
    key: Mapped[str]
    state: Mapped[str]
    inputs: Mapped[str]
    outputs: Mapped[str]
    reason: Mapped[str]
    at: Mapped[str]
    sum: Mapped[str]


class FeedbackRow(Base):
    __tablename__ = "feedback"
    feedback_id: Mapped[str] = mapped_column(primary_key=True)
    kernel: Mapped[str] = mapped_column(index=True)
    family: Mapped[str]
    success: Mapped[int | None]
    document: Mapped[str]
    seq: Mapped[int]
    at: Mapped[str]
    sum: Mapped[str]


class CacheRow(Base):
    __tablename__ = "cache"
    key: Mapped[str] = mapped_column(primary_key=True)
    kernel: Mapped[str] = mapped_column(index=True)
    inputs: Mapped[str]
    outputs: Mapped[str]
    settings: Mapped[str]
    at: Mapped[str]
    sum: Mapped[str]


class MetaRow(Base):
    """How far the log has been applied; not part of what the store holds."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


TABLES = {name: table for name, table in Base.metadata.tables.items() if name != "meta"}
