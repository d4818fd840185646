--- Where explanations are read: one split for each text, filled while it comes (`foretype/prose`).
local M = {}

---@type table<string, integer> buffers by client and text
local buffers = {}

---@param name string
---@param title string
---@return integer
local function open(name, title)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden, vim.bo[buffer].filetype, vim.bo[buffer].modifiable = "wipe", "markdown", false
  pcall(vim.api.nvim_buf_set_name, buffer, "foretype://" .. name .. "/" .. title)
  local back = vim.api.nvim_get_current_win()
  vim.cmd("botright split")
  local window = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(window, buffer)
  vim.wo[window].wrap, vim.wo[window].linebreak, vim.wo[window].number = true, true, false
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, nowait = true, desc = "Close" })
  vim.api.nvim_set_current_win(back)
  return buffer
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
    buffer = open(name, params.title)
    buffers[name] = buffer
  end
  if vim.api.nvim_buf_is_valid(buffer) then
    if params.text then
      vim.bo[buffer].modifiable = true
      vim.api.nvim_buf_set_lines(buffer, 0, -1, false, {})
      append(buffer, params.text)
    elseif params.delta then
      append(buffer, params.delta)
    end
  end
  if params.done then
    buffers[name] = nil
  end
end

return M
