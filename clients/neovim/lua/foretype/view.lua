--- Where explanations are read: one split for each text, filled while it comes (`foretype/prose`).
local M = {}

---@type table<string, integer> buffers by client and text
local buffers = {}

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
  vim.wo[window].winbar = title:gsub("%%", "%%%%") .. "  (q closes)"
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, nowait = true, desc = "Close" })
  -- Who is typing meanwhile, or has gone on elsewhere, keeps the cursor where it is.
  local mode = vim.api.nvim_get_mode().mode
  if mode ~= "n" or not M._expected or vim.deep_equal(M._expected, place(back)) == false then
    vim.api.nvim_set_current_win(back)
  end
  M._expected = nil
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
