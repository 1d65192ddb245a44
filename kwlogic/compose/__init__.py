"""The algebra of kernels: graphs of compositions, their contracts, laws, normal form and digest. No solver."""
