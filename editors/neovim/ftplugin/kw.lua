-- Options of spec files, and the server where nobody has started it yet.
vim.bo.commentstring = "# %s"
vim.bo.shiftwidth = 2
vim.bo.expandtab = true
vim.bo.iskeyword = "@,48-57,_,39"

require("kwlogic").attach(vim.api.nvim_get_current_buf())
