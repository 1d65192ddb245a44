"""The face towards MCP clients: kernels as tools, enforced."""
