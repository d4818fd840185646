--- Who answers, and what is wrong with the settings (`foretype/state`), in words.
local M = {}

---@class foretype.StateInWords
---@field words string who answers, and how that is
---@field problems string[] what is wrong with the settings, with the remedies
---@field unwell boolean whether the server has said that something is wrong

---@param answer table what the server answered
---@return foretype.StateInWords
local function in_words(answer)
  local status, model = answer.status, answer.model
  local unwell = status.kind == "Warning" or status.kind == "Error"
  local who = type(model) == "string" and ("the model %s%s"):format(model, unwell and ":" or " answers.")
    or ("the embedded engine answers: %s"):format(answer.reason)
  local said = status.message ~= "" and status.message ~= answer.reason and " " .. status.message or ""
  local ready = status.kind == "Normal" and not status.busy and "ready, " or ""
  local problems = {}
  for _, each in ipairs(answer.problems) do
    if each.severity ~= "notice" then
      table.insert(problems, ("Settings (%s): %s %s"):format(each.origin, each.message, each.remedy))
    end
  end
  return { words = (#problems == 0 and ready or "") .. who .. said, problems = problems, unwell = unwell }
end

--- Ask a server.
---@param client vim.lsp.Client
---@param done fun(state: foretype.StateInWords)
function M.ask(client, done)
  client:request("foretype/state", vim.empty_dict(), function(err, answer)
    if err then
      require("foretype").notify(err.message, vim.log.levels.ERROR)
    else
      local state = in_words(answer)
      require("foretype")._settings_looked_at(client.id, #state.problems > 0)
      done(state)
    end
  end)
end

--- The same, waiting for the answer; nil where none comes within a second.
---@param client vim.lsp.Client
---@return foretype.StateInWords?
function M.ask_now(client)
  local answer = client:request_sync("foretype/state", vim.empty_dict(), 1000)
  return answer and answer.result and in_words(answer.result) or nil
end

--- Say that something is wrong with the settings, if anything is.
---@param client vim.lsp.Client
function M.warn(client)
  M.ask(client, function(state)
    -- In one line: who is typing must not have to press ENTER.
    if #state.problems > 0 then
      require("foretype").notify("something is wrong with the settings; :Foretype says what.", vim.log.levels.WARN)
    end
  end)
end

return M
