"""Executing kernels: oracles, enforcement, retry, fallback, rollback, resumption and the verified cache."""
