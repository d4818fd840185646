--- Where explanations are read: one split for each text, filled while it comes (`foretype/prose`).
local M = {}

---@type table<string, integer> buffers by client and text
local buffers = {}

---@class foretype.Waiting a split that is open already, for a text that has not begun to come
---@field client_id integer
---@field buffer integer
---@field place table where the cursor was when it was asked for

---@type foretype.Waiting[] the oldest first
local waiting = {}

--- Where the cursor is: window, buffer, line and column.
---@param window integer
local function place(window)
  return { window, vim.api.nvim_win_get_buf(window), vim.api.nvim_win_get_cursor(window) }
end

--- The user has just asked for a text: if the cursor has not moved until it comes, it goes there.
function M.expect()
  M._expected = place(vim.api.nvim_get_current_win())
end

--- Show the files that an edit has made: Neovim makes their buffers, but leaves them hidden and unsaved.
---@param edit lsp.WorkspaceEdit
function M.show_created(edit)
  for _, change in ipairs(edit.documentChanges or {}) do
    local name = change.kind == "create" and vim.uri_to_fname(change.uri)
    local buffer = name and vim.fn.bufnr(name) or -1
    if buffer > 0 and #vim.fn.win_findbuf(buffer) == 0 then
      vim.bo[buffer].buflisted = true
      local back = vim.api.nvim_get_current_win()
      vim.cmd("botright split")
      vim.api.nvim_win_set_buf(0, buffer)
      if vim.bo[buffer].filetype == "" then
        vim.api.nvim_buf_call(buffer, function()
          vim.cmd("filetype detect")
        end)
      end
      if vim.api.nvim_get_mode().mode ~= "n" then
        vim.api.nvim_set_current_win(back)
      end
      require("foretype").notify(("wrote %s; save it to keep it."):format(vim.fn.fnamemodify(name, ":~:.")))
    end
  end
end

--- A new buffer in a split; the cursor stays where it is.
---@param title string
---@return integer
local function split(title)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden, vim.bo[buffer].filetype, vim.bo[buffer].modifiable = "wipe", "markdown", false
  local back = vim.api.nvim_get_current_win()
  vim.cmd("botright split")
  local window = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(window, buffer)
  vim.wo[window].wrap, vim.wo[window].linebreak, vim.wo[window].number = true, true, false
  vim.wo[window].winbar = title:gsub("%%", "%%%%") .. "  (q closes)"
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, nowait = true, desc = "Close" })
  vim.api.nvim_set_current_win(back)
  return buffer
end

---@param buffer integer
---@param text string
local function put(buffer, text)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, "\n", { plain = true }))
  vim.bo[buffer].modifiable = false
end

--- Where the text goes that now begins to come: the split that waits for it, or a new one.
---@param client_id integer
---@param name string
---@param title string
---@return integer
local function open(client_id, name, title)
  local expected, buffer = M._expected, nil
  for index, each in ipairs(waiting) do
    if each.client_id == client_id then
      table.remove(waiting, index)
      expected, buffer = each.place, each.buffer
      break
    end
  end
  if not buffer then
    buffer = split(title)
    M._expected = nil
  elseif not vim.api.nvim_buf_is_valid(buffer) then
    return buffer -- closed while it waited
  else
    put(buffer, "")
    for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
      vim.wo[window].winbar = title:gsub("%%", "%%%%") .. "  (q closes)"
    end
  end
  pcall(vim.api.nvim_buf_set_name, buffer, "foretype://" .. name .. "/" .. title)
  -- Who is typing meanwhile, or has gone on elsewhere, keeps the cursor where it is.
  local window = vim.fn.win_findbuf(buffer)[1]
  local here = place(vim.api.nvim_get_current_win())
  if window and vim.api.nvim_get_mode().mode == "n" and expected and vim.deep_equal(expected, here) then
    vim.api.nvim_set_current_win(window)
  end
  return buffer
end

--- The user has just asked for a text that a model has yet to write: open its split at once. What is returned is to be
--- called when the answer is there: a split that still waits is closed then.
---@param client vim.lsp.Client
---@return fun()
function M.await(client)
  local here = place(vim.api.nvim_get_current_win())
  ---@type foretype.Waiting
  local entry = { client_id = client.id, buffer = split("Foretype"), place = here }
  put(entry.buffer, "Asking the model …")
  table.insert(waiting, entry)
  local function waits()
    return vim.list_contains(waiting, entry) and vim.api.nvim_buf_is_valid(entry.buffer)
  end
  client:request("foretype/state", vim.empty_dict(), function(_, answer)
    if answer and type(answer.model) == "string" and waits() then
      put(entry.buffer, ("Asking %s …"):format(answer.model))
    end
  end)
  return function()
    local closes = waits()
    waiting = vim.tbl_filter(function(each)
      return each ~= entry
    end, waiting)
    if closes then
      vim.api.nvim_buf_delete(entry.buffer, { force = true })
    end
  end
end

---@param buffer integer
---@param text string
local function append(buffer, text)
  vim.bo[buffer].modifiable = true
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  local column = #vim.api.nvim_buf_get_lines(buffer, last, last + 1, false)[1]
  vim.api.nvim_buf_set_text(buffer, last, column, last, column, vim.split(text, "\n", { plain = true }))
  vim.bo[buffer].modifiable = false
end

--- Handles the notification. A text whose window was closed is read to its end without being shown again.
---@param params { id: string, title: string, delta?: string, text?: string, done?: boolean }
---@param client_id integer
function M.take(params, client_id)
  local name = client_id .. "-" .. params.id
  local buffer = buffers[name]
  if buffer == nil and not (params.delta or params.text) then
    return
  end
  if buffer == nil then
    buffer = open(client_id, name, params.title)
    buffers[name] = buffer
  end
  if vim.api.nvim_buf_is_valid(buffer) then
    if params.text then
      put(buffer, params.text)
    elseif params.delta then
      append(buffer, params.delta)
    end
  end
  if params.done then
    buffers[name] = nil
  end
end

return M
