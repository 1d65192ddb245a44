vim.filetype.add({ extension = { kw = "kw" } })
