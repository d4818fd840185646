--- What the server does by commands: actions on code, commit messages, a snooze. Needs a server for the buffer.
local M = {}

local MOST_PROBLEMS = 200 -- the server takes no more at once

---@param command string
---@param arguments any[]
---@param done? fun(result: any)
---@param ended? fun() called before anything is told of the answer, whatever it is
local function execute(command, arguments, done, ended)
  local running = require("foretype").client()
  if not running then
    return
  end
  local params = { command = command, arguments = arguments }
  running:request("workspace/executeCommand", params, function(err, result)
    if ended then
      ended()
    end
    if err then
      require("foretype").notify(err.message, vim.log.levels.ERROR)
    elseif done then
      done(result)
    end
  end, 0)
end

--- Lines as the protocol's range, in the client's encoding.
---@param first integer 1-based
---@param last integer
---@param running vim.lsp.Client
local function range_of(first, last, running)
  local text = vim.api.nvim_buf_get_lines(0, last - 1, last, false)[1] or ""
  return vim.lsp.util.make_given_range_params({ first, 0 }, { last, #text }, 0, running.offset_encoding).range
end

--- The problems that anybody told of in these lines (|vim.diagnostic|), the worst first, as the protocol has them.
---@param first integer 1-based
---@param last integer
---@param running vim.lsp.Client
---@return table[]
local function problems_in(first, last, running)
  local function position(row, column)
    local text = vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1] or ""
    local character = vim.str_utfindex(text, running.offset_encoding, math.min(column, #text), false)
    return { line = row, character = character }
  end
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    local last_row = each.end_lnum or each.lnum
    if each.lnum < last and last_row >= first - 1 then
      table.insert(found, {
        range = { start = position(each.lnum, each.col), ["end"] = position(last_row, each.end_col or each.col) },
        severity = each.severity,
        message = each.message,
        source = each.source,
        code = each.code,
      })
    end
  end
  table.sort(found, function(one, other)
    return one.severity < other.severity
  end)
  return vim.list_slice(found, 1, MOST_PROBLEMS)
end

--- Choose among the server's actions for the lines, or for the cursor.
---@param lines? { [1]: integer, [2]: integer }
function M.actions(lines)
  if not require("foretype").client() then
    return
  end
  local options = {
    filter = function(_, client_id)
      local found = vim.lsp.get_client_by_id(client_id)
      return found ~= nil and found.name == "foretype"
    end,
  }
  if lines then
    local text = vim.api.nvim_buf_get_lines(0, lines[2] - 1, lines[2], false)[1] or ""
    options.range = { start = { lines[1], 0 }, ["end"] = { lines[2], #text } }
  end
  vim.lsp.buf.code_action(options)
end

--- Do one task by its name (docs/protocol.md) for the lines, or for what the cursor is in.
---@param name string
---@param lines? { [1]: integer, [2]: integer }
function M.run(name, lines)
  local running = require("foretype").client()
  if not running then
    return
  end
  local range
  if lines then
    range = range_of(lines[1], lines[2], running)
  else
    -- An empty range at the cursor: the server takes what encloses it.
    local position = vim.lsp.util.make_position_params(0, running.offset_encoding).position
    range = { start = position, ["end"] = position }
  end
  local uri, problems, ended = vim.uri_from_bufnr(0), nil, nil
  if name == "fix" then
    local row = vim.api.nvim_win_get_cursor(0)[1]
    local first, last = unpack(lines or { row, row })
    problems = problems_in(first, last, running)
    if #problems == 0 then
      require("foretype").notify(first == last and "no problem is known on this line." or "no problem is known there.")
      return
    end
  elseif name == "explain" then
    ended = require("foretype.view").await(running)
  end
  execute("foretype.action", { { task = name, uri = uri, range = range, problems = problems } }, nil, ended)
end

--- Write a message for what is staged: above the cursor in a commit's buffer, else into a split.
function M.commit()
  local buffer = vim.api.nvim_get_current_buf()
  execute("foretype.commitMessage", { { uri = vim.uri_from_bufnr(0) } }, function(message)
    if type(message) ~= "string" then
      return
    end
    local lines = vim.split(vim.trim(message), "\n", { plain = true })
    if vim.api.nvim_buf_is_valid(buffer) and vim.bo[buffer].filetype == "gitcommit" then
      vim.api.nvim_buf_set_lines(buffer, 0, 0, false, lines)
      return
    end
    require("foretype.view").expect()
    require("foretype.view").take({ id = "commit" .. vim.uv.hrtime(), title = "Commit message", text = message, done = true }, 0)
  end)
end

--- No suggestions of their own accord for so many minutes.
---@param minutes? number
function M.snooze(minutes)
  execute("foretype.snooze", { minutes }, function(result)
    require("foretype").notify("no suggestions until " .. result["until"] .. "; :Foretype resume ends that.")
  end)
end

--- End the snooze.
function M.resume()
  execute("foretype.resume", {}, function()
    require("foretype").notify("suggestions are on.")
  end)
end

--- Switch the buffer's language on or off until the server ends.
function M.language()
  execute("foretype.toggleLanguage", { vim.bo.filetype }, function(result)
    require("foretype").notify(("suggestions are %s for %s."):format(result.enabled and "on" or "off", result.language))
  end)
end

--- What was used today.
function M.usage()
  local running = require("foretype").client()
  if running then
    running:request("foretype/usage", { days = 1 }, function(err, result)
      if err then
        require("foretype").notify(err.message, vim.log.levels.ERROR)
        return
      end
      local accepted = 0
      for _, count in pairs(result.accepted or {}) do
        accepted = accepted + count
      end
      local totals = result.totals
      local cost = type(totals.cost) == "number" and (", cost %.4f"):format(totals.cost) or ""
      local tokens = totals.promptTokens + totals.completionTokens
      local words = "today: %d accepted, %d requests, %d tokens%s."
      require("foretype").notify(words:format(accepted, totals.requests, tokens, cost))
    end, 0)
  end
end

return M
