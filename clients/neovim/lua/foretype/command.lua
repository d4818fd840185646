--- The command :Foretype.
local M = {}

local actions = {}

function actions.status()
  local foretype = require("foretype")
  local status = foretype.status()
  if not status then
    foretype.notify("no server runs for this buffer; see :checkhealth foretype.", vim.log.levels.WARN)
    return
  end
  local words = { status.message ~= "" and status.message or (status.kind == "Normal" and "ready." or status.kind) }
  local ghost = require("foretype.ghost")
  if not ghost.available() then
    table.insert(words, "Ghost text needs Neovim 0.12; the completion menu has suggestions.")
  elseif not ghost.is_enabled() then
    table.insert(words, "Ghost text is off.")
  end
  foretype.notify(table.concat(words, " "))
end

function actions.toggle()
  local ghost = require("foretype.ghost")
  if not ghost.available() then
    require("foretype").notify("ghost text needs Neovim 0.12.", vim.log.levels.WARN)
    return
  end
  ghost.enable(not ghost.is_enabled())
  require("foretype").notify(ghost.is_enabled() and "ghost text is on." or "ghost text is off.")
end

function actions.restart()
  require("foretype").restart()
end

function actions.log()
  vim.cmd.new()
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype, vim.bo[buffer].bufhidden, vim.bo[buffer].swapfile = "nofile", "wipe", false
  local lines = require("foretype").log()
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, #lines > 0 and lines or { "The server has said nothing so far." })
  vim.bo[buffer].modifiable = false
  vim.cmd("normal! G")
end

function actions.health()
  vim.cmd.checkhealth("foretype")
end

--- Run one subcommand.
---@param name string
function M.run(name)
  local action = actions[name == "" and "status" or name]
  if action then
    action()
  else
    require("foretype").notify(("there is no :Foretype %s."):format(name), vim.log.levels.ERROR)
  end
end

--- The subcommands that begin with what is typed.
---@param typed string
---@return string[]
function M.complete(typed)
  local names = vim.tbl_filter(function(name)
    return vim.startswith(name, typed)
  end, vim.tbl_keys(actions))
  table.sort(names)
  return names
end

return M
