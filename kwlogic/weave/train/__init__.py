"""From a store, or from files of prompts, to a router with its report: what `kwlogic train` writes."""
