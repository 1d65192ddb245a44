"""JSON Schema and types: out of types and ports, into types, and whether one schema is a subschema of another."""
