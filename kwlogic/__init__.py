"""kwlogic: kernels with contracts, proved."""

__version__ = "0.1.0"
