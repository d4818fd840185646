--- The command :Foretype.
local M = {}

local actions = {}

function actions.status()
  require("foretype").when_started(M._say_status)
end

---@private
---@param client vim.lsp.Client
function M._say_status(client)
  local foretype = require("foretype")
  require("foretype.state").ask(client, function(state)
    local words = { state.words }
    local ghost = require("foretype.ghost")
    if not ghost.available() then
      table.insert(words, ghost.missing())
    elseif not ghost.is_enabled() then
      table.insert(words, "Ghost text is off.")
    end
    vim.list_extend(words, state.problems)
    local worst = (#state.problems > 0 or state.unwell) and vim.log.levels.WARN or nil
    foretype.notify(table.concat(words, #state.problems > 0 and "\n" or " "), worst)
  end, vim.uri_from_bufnr(0))
end

function actions.toggle()
  local ghost = require("foretype.ghost")
  if not ghost.available() then
    require("foretype").notify(ghost.missing(), vim.log.levels.WARN)
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

-- What the server does: each takes the word after it, and the lines that the command was given.
for _, name in ipairs({ "explain", "document", "tests", "simplify", "fix" }) do
  actions[name] = function(_, lines)
    require("foretype.tasks").run(name, lines)
  end
end

function actions.actions(_, lines)
  require("foretype.tasks").actions(lines)
end

function actions.commit()
  require("foretype.tasks").commit()
end

function actions.snooze(word)
  local minutes = tonumber(word)
  if word ~= "" and not minutes then
    require("foretype").notify("snooze for how many minutes?", vim.log.levels.ERROR)
    return
  end
  require("foretype.tasks").snooze(minutes)
end

function actions.resume()
  require("foretype.tasks").resume()
end

function actions.language()
  require("foretype.tasks").language()
end

function actions.usage()
  require("foretype.tasks").usage()
end

--- Run one subcommand.
---@param words string the subcommand, and what it takes
---@param lines? { [1]: integer, [2]: integer } first and last line, 1-based, where a range was given
function M.run(words, lines)
  local name, rest = words:match("^(%S*)%s*(.*)$")
  local action = actions[name == "" and "status" or name]
  if action then
    action(rest, lines)
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
