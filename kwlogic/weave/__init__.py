"""The weave loop: store, traces, schemas, running, learning, routing. It stands on the logic, never the other way."""
