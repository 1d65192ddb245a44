"""What agents did, recorded or imported: plans, tool calls, evidence, verifications, decisions, failures."""
