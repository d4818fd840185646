--- Ghost text, by Neovim's own vim.lsp.inline_completion (0.12): switched on for our server only, and its keys.
local M = {}

---@class foretype.Keys
---@field accept? string take the ghost text; where there is none the key does what it did before
---@field accept_word? string take its next word
---@field accept_line? string take the rest of its first line
---@field dismiss? string send it away until the next key
---@field next? string the next suggestion
---@field previous? string the one before

local inline = vim.lsp.inline_completion or nil

---@return string? under which the server knows the item
local function identity(item)
  return item.command and item.command.arguments and item.command.arguments[1]
end

--- Whether this Neovim can show ghost text.
---@return boolean
function M.available()
  return inline ~= nil
end

--- What this Neovim has not, in a sentence.
---@return string
function M.missing()
  return ("Neovim %s shows no ghost text, which needs 0.12: suggestions are in the completion menu (CTRL-X CTRL-O), "
    .. "and the keys for ghost text do nothing."):format(tostring(vim.version()))
end

---@param keys foretype.Keys
function M.setup(keys)
  if not inline then
    if next(keys) then
      -- In one line: at the start nobody should have to press ENTER.
      require("foretype").notify("no ghost text before Neovim 0.12; see :checkhealth foretype.", vim.log.levels.WARN)
    end
    return
  end
  require("foretype.colour").setup()
  vim.api.nvim_create_autocmd("LspAttach", {
    group = vim.api.nvim_create_augroup("foretype.ghost", {}),
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == "foretype" and not M.off then
        inline.enable(true, { client_id = client.id })
      end
    end,
  })
  local function map(key, action, description)
    if key then
      vim.keymap.set("i", key, function()
        -- Without a suggestion the key means what it means without any mapping.
        return action() and "" or key
      end, { expr = true, replace_keycodes = true, desc = "Foretype: " .. description })
    end
  end
  map(keys.accept, M.accept, "accept the suggestion")
  map(keys.accept_word, M.accept_word, "accept the next word")
  map(keys.accept_line, M.accept_line, "accept the line")
  map(keys.dismiss, M.dismiss, "dismiss the suggestion")
  map(keys.next, function()
    return M.cycle(1)
  end, "next suggestion")
  map(keys.previous, function()
    return M.cycle(-1)
  end, "previous suggestion")
end

--- Whether ghost text is on.
---@return boolean
function M.is_enabled()
  return inline ~= nil and not M.off
end

--- Switch ghost text on or off, in all buffers of our server.
---@param enable boolean
function M.enable(enable)
  M.off = not enable
  for _, client in ipairs(require("foretype").clients()) do
    if inline then
      inline.enable(enable, { client_id = client.id })
    end
  end
end

--- Take the suggestion; false where there is none.
---@return boolean
function M.accept()
  return inline ~= nil and inline.get({ on_accept = M._typed_through })
end

--- Take the next word of the suggestion; false where there is none.
---@return boolean
function M.accept_word()
  return M._accept_part(function(rest)
    -- Blanks and what is no letter go with the word after them, as in the editor's own motions.
    return rest:match("^%s*[%w_\128-\255]+") or rest:match("^%s*[^%s%w_]+") or rest
  end)
end

--- Take the suggestion up to the end of its line; false where there is none.
---@return boolean
function M.accept_line()
  return M._accept_part(function(rest)
    return rest:match("^\n[^\n]*") or rest:match("^[^\n]+") or rest
  end)
end

--- Send the suggestion away until the next key; false where there is none.
---@return boolean
function M.dismiss()
  -- Neovim takes the item from the screen before it asks what to do with it, so the answer is: nothing.
  return inline ~= nil and inline.get({
    on_accept = function(item)
      local client = vim.lsp.get_client_by_id(item.client_id)
      if client and identity(item) then
        client:notify("foretype/dismissed", { id = identity(item) })
      end
      return nil
    end,
  })
end

--- Show another suggestion, if there are several.
---@param count integer
---@return boolean
function M.cycle(count)
  if not inline then
    return false
  end
  inline.select({ count = count })
  return true
end

--- The server has more to show (`foretype/suggestionChanged`): have Neovim ask again, as it does when the cursor moves.
---@param params { uri: string, version?: integer }
function M.refresh(params)
  local buffer = vim.api.nvim_get_current_buf()
  if not M.is_enabled() or vim.uri_from_bufnr(buffer) ~= params.uri or vim.api.nvim_get_mode().mode ~= "i" then
    return
  end
  -- Neovim has no function for it; the group is its own for this buffer, so that no other plugin hears of it.
  local group = ("nvim.lsp.inline_completion:%d"):format(buffer)
  pcall(vim.api.nvim_exec_autocmds, "CursorMovedI", { group = group, buffer = buffer, modeline = false })
end

--- Take the part of the suggestion that `pick` chooses from what is not typed yet.
---@private
---@param pick fun(rest: string): string
---@return boolean
function M._accept_part(pick)
  return inline ~= nil
    and inline.get({
      on_accept = function(item)
        local place = M._place(item)
        if not place then
          return nil
        end
        local rest = item.insert_text:sub(place.typed + 1)
        local part = pick(rest)
        if part == rest then
          return M._typed_through(item)
        end
        local lines = vim.split(part, "\n", { plain = true })
        vim.api.nvim_buf_set_text(0, place.row, place.column, place.row, place.column, lines)
        local column = (#lines == 1 and place.column or 0) + #lines[#lines]
        vim.api.nvim_win_set_cursor(0, { place.row + #lines, column })
        local client = vim.lsp.get_client_by_id(item.client_id)
        if client and identity(item) then
          local taken = item.insert_text:sub(1, place.typed + #part)
          local report = { item = { command = { arguments = { identity(item) } } } }
          report.acceptedLength = vim.str_utfindex(taken, "utf-16")
          client:notify("textDocument/didPartiallyAcceptCompletion", report)
        end
        return nil
      end,
    })
end

--- Where the cursor is in the suggestion: `typed` bytes of it stand before the cursor. Nil where it is elsewhere, or
--- where the suggestion is a snippet or replaces text right of the cursor.
---@private
---@return { row: integer, column: integer, typed: integer }?
function M._place(item)
  if type(item.insert_text) ~= "string" or not item.range then
    return nil
  end
  local first_row, first_column, last_row, last_column = item.range:to_extmark()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  if row - 1 ~= first_row or first_row ~= last_row or column < first_column then
    return nil
  end
  local typed = vim.api.nvim_get_current_line():sub(first_column + 1, column)
  if not vim.startswith(item.insert_text, typed) or (last_column > first_column and last_column > column) then
    return nil
  end
  return { row = first_row, column = column, typed = #typed }
end

--- Letters typed since the suggestion came stand in the text already, but Neovim 0.12 would insert them once more.
---@private
function M._typed_through(item)
  local text = item.insert_text
  if type(text) ~= "string" or not item.range then
    return item
  end
  local first_row, first_column, last_row, last_column = item.range:to_extmark()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  if row - 1 ~= first_row or first_row ~= last_row or column <= first_column then
    return item
  end
  local typed = vim.api.nvim_get_current_line():sub(first_column + 1, column)
  if not vim.startswith(text, typed) then
    return nil
  end
  local rest = vim.split(text:sub(#typed + 1), "\n", { plain = true })
  vim.api.nvim_buf_set_text(0, first_row, column, last_row, last_column + #typed, rest)
  vim.api.nvim_win_set_cursor(0, { row + #rest - 1, (#rest == 1 and column or 0) + #rest[#rest] })
  local client = vim.lsp.get_client_by_id(item.client_id)
  if client and item.command then
    client:exec_cmd(item.command, { bufnr = vim.api.nvim_get_current_buf() })
  end
  return nil
end

return M
