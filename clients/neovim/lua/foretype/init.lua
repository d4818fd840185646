--- Foretype in Neovim: enables the server, shows its ghost text, and says how things are.
local M = {}

local NAME = "foretype"
local MOST_LOG_LINES = 500
local LONGEST_START = 5000 -- milliseconds that who asks for the status waits for a server that starts

---@class foretype.Options
---@field cmd? string[] the server's command line; `foretype --stdio` if not given
---@field settings? table the server's settings, as in docs/configuration.md
---@field keys? foretype.Keys keys for insert mode; none is mapped that is not given

local OPTIONS = { "cmd", "keys", "settings" }
local KEYS = { "accept", "accept_line", "accept_word", "dismiss", "next", "previous" }

---@class foretype.State
---@field statuses table<integer, table> what each client's server said last
---@field log string[] what the servers told the log
---@field looked table<integer, boolean> the clients whose settings were looked at
---@field unsound table<integer, boolean> the clients whose settings were not in order when they were looked at last
local state = { statuses = {}, log = {}, looked = {}, unsound = {} }

--- Say which names a table of options has that mean nothing: a misspelt one would be without effect, and without a word.
---@param given table
---@param known string[]
---@param where string
local function refuse_unknown(given, known, where)
  for name in pairs(given) do
    if not vim.list_contains(known, name) then
      local words = "%s has no %q, only %s."
      M.notify(words:format(where, tostring(name), table.concat(known, ", ")), vim.log.levels.WARN)
    end
  end
end

--- Set up and enable the server. Nothing is mapped that `options.keys` does not ask for.
---@param options? foretype.Options
function M.setup(options)
  if not vim.lsp.enable then
    M.notify("Neovim 0.11 or newer is needed; ghost text needs 0.12.", vim.log.levels.ERROR)
    return
  end
  options = options or {}
  vim.validate("options", options, "table")
  refuse_unknown(options, OPTIONS, "setup()")
  refuse_unknown(options.keys or {}, KEYS, "keys")
  local config = {}
  if options.cmd then
    config.cmd = options.cmd
  end
  if options.settings and next(options.settings) then
    config.init_options = options.settings
  end
  local ours = { status = true, prose = true, suggestionChanged = true, dismissed = true }
  config.capabilities = { experimental = { foretype = ours } }
  config.handlers = {
    ["window/logMessage"] = M._log_message,
    ["foretype/prose"] = function(_, params, ctx)
      require("foretype.view").take(params, ctx.client_id)
    end,
    ["foretype/suggestionChanged"] = function(_, params)
      require("foretype.ghost").refresh(params)
    end,
    ["workspace/applyEdit"] = function(err, params, ctx)
      local answer = vim.lsp.handlers["workspace/applyEdit"](err, params, ctx)
      require("foretype.view").show_created(params.edit)
      return answer
    end,
  }
  vim.lsp.config(NAME, config)
  local command = vim.lsp.config[NAME].cmd[1]
  if vim.fn.executable(command) == 0 then
    M.notify(("%s cannot be run; see :checkhealth foretype."):format(command), vim.log.levels.WARN)
    return
  end
  require("foretype.ghost").setup(options.keys or {})
  vim.lsp.enable(NAME)
end

--- The clients of this server, all or those of one buffer.
---@param bufnr? integer
---@return vim.lsp.Client[]
function M.clients(bufnr)
  return vim.lsp.get_clients({ name = NAME, bufnr = bufnr })
end

--- The client of the current buffer; says why where there is none.
---@return vim.lsp.Client?
function M.client()
  local found = M.clients(0)[1]
  if not found then
    local words = M._is_starting() and "the server is starting; try again in a moment."
      or "no server runs for this buffer; see :checkhealth foretype."
    M.notify(words, vim.log.levels.WARN)
  end
  return found
end

--- Call `done` with the client of the current buffer, as soon as its server has started; says why where none does.
---@param done fun(client: vim.lsp.Client)
---@param tries? integer
function M.when_started(done, tries)
  tries = tries or LONGEST_START / 100
  if tries > 0 and #M.clients(0) == 0 and M._is_starting() then
    vim.defer_fn(function()
      M.when_started(done, tries - 1)
    end, 100)
    return
  end
  local client = M.client()
  if client then
    done(client)
  end
end

---@private
---@return boolean whether a server for the current buffer has been started and has not answered yet
function M._is_starting()
  ---@diagnostic disable-next-line: invisible  the only way to see one before it has answered
  local all = vim.lsp.get_clients({ name = NAME, bufnr = 0, _uninitialized = true })
  return #all > #M.clients(0)
end

--- What the server said last about itself: `kind`, `message` and `busy`; nil where none runs here.
---@param bufnr? integer 0 or nil for the current buffer
---@return table?
function M.status(bufnr)
  local client = M.clients(bufnr or 0)[1]
  if not client then
    return nil
  end
  return M._status_of(client.id)
end

---@private
---@param client_id integer
---@return table
function M._status_of(client_id)
  return state.statuses[client_id] or { kind = "Normal", message = "", busy = false }
end

--- A few letters for a statusline, "" where no server runs.
---@return string
function M.statusline()
  local client = M.clients(0)[1]
  if not client then
    return M._is_starting() and "ft ..." or ""
  end
  local status = M._status_of(client.id)
  local ghost = require("foretype.ghost")
  if status.kind == "Inactive" or (ghost.available() and not ghost.is_enabled()) then
    return "ft -"
  end
  local marks = { Warning = "ft ?", Error = "ft !" }
  return status.busy and "ft ..." or marks[status.kind] or state.unsound[client.id] and "ft ?" or "ft"
end

--- Stop the servers and start them anew, with the settings of now.
function M.restart()
  if not vim.lsp.enable then
    M.notify("Neovim 0.11 or newer is needed.", vim.log.levels.ERROR)
    return
  end
  local clients = M.clients()
  for _, client in ipairs(clients) do
    client:stop()
  end
  local tries = 50
  local function again()
    local ended = vim.iter(clients):all(function(client)
      return client:is_stopped()
    end)
    tries = tries - 1
    if not ended and tries > 0 then
      vim.defer_fn(again, 100)
      return
    end
    for _, client in ipairs(ended and {} or clients) do
      client:stop(true)
    end
    vim.lsp.enable(NAME, false)
    vim.lsp.enable(NAME, true)
  end
  again()
end

--- What the servers told the log, oldest first.
---@return string[]
function M.log()
  return state.log
end

---@param message string
---@param level? integer
function M.notify(message, level)
  local function say()
    vim.notify("Foretype: " .. message, level or vim.log.levels.INFO)
  end
  if vim.v.vim_did_enter == 1 then
    say()
  else
    -- While Neovim starts, a message beside that of the file would have to be dismissed by ENTER.
    vim.api.nvim_create_autocmd("VimEnter", { once = true, callback = vim.schedule_wrap(say) })
  end
end

---@private
---Keep whether a client's settings are in order, for the statusline.
---@param client_id integer
---@param unsound boolean
function M._settings_looked_at(client_id, unsound)
  if state.unsound[client_id] ~= unsound then
    state.unsound[client_id] = unsound
    vim.cmd.redrawstatus({ bang = true })
  end
end

---@private
---Keep what the server says, since Neovim's own log leaves out everything below a warning.
function M._log_message(err, params, ctx)
  local kinds = { "error", "warning", "info", "log", "debug" }
  local head = ("%s %-7s "):format(os.date("%H:%M:%S"), kinds[params.type] or "log")
  for line in vim.gsplit(params.message, "\n", { plain = true }) do
    table.insert(state.log, head .. line)
  end
  while #state.log > MOST_LOG_LINES do
    table.remove(state.log, 1)
  end
  return vim.lsp.handlers["window/logMessage"](err, params, ctx)
end

local group = vim.api.nvim_create_augroup("foretype", {})

vim.api.nvim_create_autocmd("User", {
  group = group,
  pattern = "ForetypeStatus",
  callback = function(event)
    local id, status = event.data.client_id, event.data.status
    state.statuses[id] = status
    vim.cmd.redrawstatus({ bang = true })
    local client = vim.lsp.get_client_by_id(id)
    if client and not status.busy and not state.looked[id] then
      state.looked[id] = true
      require("foretype.state").warn(client)
    end
  end,
})

return M
