-- What Neovim does not do by itself: starting the server before 0.11, and commands for graphs, runs and verdicts.
local M = {}

local function client(buffer)
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return get({ name = "kwlogic", bufnr = buffer })[1]
end

function M.start(options)
  local root = vim.fs.find({ "kwlogic.toml", "pyproject.toml", ".git" }, { upward = true, path = vim.fn.expand("%:p:h") })[1]
  return vim.lsp.start(vim.tbl_extend("force", {
    name = "kwlogic",
    cmd = { "kwlogic", "lsp" },
    root_dir = root and vim.fs.dirname(root) or vim.fn.getcwd(),
    init_options = { verify = "change" },
  }, options or {}))
end

-- The module's name and that of the declaration that the cursor is in, found in the text.
local function declaration()
  local module = vim.fn.expand("%:t:r")
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, 50, false)) do
    module = line:match("^%s*module%s+([%w_.']+)") or module
  end
  for number = vim.fn.line("."), 1, -1 do
    local name = vim.fn.getline(number):match("^%s*kernel%s+([%w_']+)")
    if name then
      return module .. "." .. name
    end
  end
end

local function ask(command, arguments, done)
  local found = client(0)
  if not found then
    vim.notify("kwlogic: the language server is not running", vim.log.levels.WARN)
    return
  end
  local params = { command = command, arguments = arguments }
  local handler = function(problem, answer)
    if problem then
      vim.notify("kwlogic: " .. problem.message, vim.log.levels.WARN)
    elseif done and answer then
      done(answer)
    end
  end
  if vim.fn.has("nvim-0.11") == 1 then
    found:request("workspace/executeCommand", params, handler, 0)
  else
    found.request("workspace/executeCommand", params, handler, 0)
  end
end

function M.attach(buffer)
  local uri = vim.uri_from_bufnr(buffer)
  local define = function(name, run, arguments)
    vim.api.nvim_buf_create_user_command(buffer, name, run, arguments or {})
  end
  define("KwVerify", function()
    ask("kwlogic.verify", { uri })
  end)
  define("KwGraph", function()
    local name = declaration()
    if name then
      ask("kwlogic.server.graph", { uri, name })
    end
  end)
  define("KwRun", function(given)
    local name = declaration()
    if name then
      ask("kwlogic.server.run", given.args ~= "" and { uri, name, given.args } or { uri, name })
    end
  end, { nargs = "?" })
  if vim.lsp.inlay_hint and vim.lsp.inlay_hint.enable then
    pcall(vim.lsp.inlay_hint.enable, true, { bufnr = buffer })
  end
  if vim.lsp.codelens then
    vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "BufWritePost" }, {
      buffer = buffer,
      callback = function()
        if client(buffer) then
          pcall(vim.lsp.codelens.refresh, { bufnr = buffer })
        end
      end,
    })
  end
  if vim.fn.has("nvim-0.11") == 0 then
    M.start()
  end
end

return M
