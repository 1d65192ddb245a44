-- The server for spec files, as `vim.lsp.enable("kwlogic")` wants it.
return {
  cmd = { "kwlogic", "lsp" },
  filetypes = { "kw" },
  root_markers = { "kwlogic.toml", "pyproject.toml", ".git" },
  init_options = { verify = "change" },
}
