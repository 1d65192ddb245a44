"""Kernels by content, with their verdicts, runs, traces and feedback: in a SQLite file, or in PostgreSQL."""
