"""The language server: a thin adaptor between the Language Server Protocol and the workspace service."""
