"""Traces become kernels: types, contracts and bodies are inferred from recorded runs, checked, and written as spec files."""
