--- Foretype in Neovim: enables the server, shows its ghost text, and says how things are.
local M = {}

local NAME = "foretype"
local MOST_LOG_LINES = 500

---@class foretype.Options
---@field cmd? string[] the server's command line; `foretype --stdio` if not given
---@field settings? table the server's settings, as in docs/configuration.md
---@field keys? foretype.Keys keys for insert mode; none is mapped that is not given

---@class foretype.State
---@field statuses table<integer, table> what each client's server said last
---@field log string[] what the servers told the log
---@field looked table<integer, boolean> the clients whose settings were looked at
local state = { statuses = {}, log = {}, looked = {} }

--- Set up and enable the server. Nothing is mapped that `options.keys` does not ask for.
---@param options? foretype.Options
function M.setup(options)
  if not vim.lsp.enable then
    M.notify("Neovim 0.11 or newer is needed; ghost text needs 0.12.", vim.log.levels.ERROR)
    return
  end
  options = options or {}
  vim.validate("options", options, "table")
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
    local message = ("The server was not found: %s cannot be run. See :checkhealth foretype."):format(command)
    M.notify(message, vim.log.levels.WARN)
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
  local status = M.status()
  if not status then
    return ""
  end
  local ghost = require("foretype.ghost")
  if status.kind == "Inactive" or (ghost.available() and not ghost.is_enabled()) then
    return "ft -"
  end
  local marks = { Warning = "ft ?", Error = "ft !" }
  return status.busy and "ft ..." or marks[status.kind] or "ft"
end

--- Stop the servers and start them anew, with the settings of now.
function M.restart()
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
  vim.notify("Foretype: " .. message, level or vim.log.levels.INFO)
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
