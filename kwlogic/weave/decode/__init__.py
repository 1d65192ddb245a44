"""Token-level constrained decoding: outputs of a kernel that satisfy its types and contract by construction."""
