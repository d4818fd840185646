--- Who answers, and what is wrong with the settings (`foretype/state`), in words.
local M = {}

---@class foretype.StateInWords
---@field words string who answers, and how that is
---@field problems string[] what is wrong with the settings, with the remedies
---@field unwell boolean whether the server has said that something is wrong

---@param answer table what the server answered
---@param unwell boolean
---@return string who answers, and how that is
local function who_answers(answer, unwell)
  local model, message = answer.model, answer.status.message
  if type(model) ~= "string" then
    local said = message ~= "" and message ~= answer.reason and message ~= answer.silence and " " .. message or ""
    return ("the embedded engine answers: %s%s"):format(answer.reason, said)
  end
  if unwell and message ~= "" then
    local reason = message:match("^The embedded engine answers: (.*)$")
    return reason and ("the embedded engine answers in place of the model %s: %s"):format(model, reason)
      or ("the model %s: %s"):format(model, message)
  end
  local said = message ~= "" and message ~= answer.silence and " " .. message or ""
  return ("the model %s %s%s"):format(model, answer.answered == false and "has not answered yet." or "answers.", said)
end

---@param answer table what the server answered
---@return foretype.StateInWords
local function in_words(answer)
  local status, silence = answer.status, answer.silence or ""
  local unwell = status.kind == "Warning" or status.kind == "Error"
  local who = who_answers(answer, unwell)
  local ready = status.kind == "Normal" and not status.busy and "ready, " or ""
  local problems = {}
  for _, each in ipairs(answer.problems) do
    if each.severity ~= "notice" then
      table.insert(problems, ("Settings (%s): %s %s"):format(each.origin, each.message, each.remedy))
    end
  end
  local words = (#problems == 0 and ready or "") .. who
  if silence ~= "" then
    -- In one line where that is all: who answers elsewhere is of no use here.
    words = ("no suggestions here: %s%s"):format(silence, unwell and " " .. words or "")
  end
  return { words = words, problems = problems, unwell = unwell }
end

--- Ask a server.
---@param client vim.lsp.Client
---@param done fun(state: foretype.StateInWords)
---@param uri? string the document that the question is about
function M.ask(client, done, uri)
  client:request("foretype/state", uri and { uri = uri } or vim.empty_dict(), function(err, answer)
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
