--- A colour for ghost text where the terminal has no true colour: Neovim's own scheme gives it one for true colour only.
local M = {}

local GROUP = "ComplHint"

---@type vim.api.keyset.get_hl_info? what we have put there, and what had been there before
local ours, before

---@return integer? a grey that can be read on light and dark, where the terminal has one
local function grey()
  local colours = tonumber(vim.fn.eval("&t_Co")) or 256
  return colours >= 256 and 244 or colours >= 16 and 8 or colours >= 8 and 6 or nil
end

--- Give ghost text a terminal colour, unless the user or a colour scheme has.
function M.ensure()
  local now = vim.api.nvim_get_hl(0, { name = GROUP })
  if ours and vim.deep_equal(now, ours) then
    -- What was below it may have changed, as with 'background'.
    vim.api.nvim_set_hl(0, GROUP, before)
    now = before
  end
  ours, before = nil, nil
  local resolved, colour = vim.api.nvim_get_hl(0, { name = GROUP, link = false }), grey()
  if vim.o.termguicolors or resolved.ctermfg or resolved.ctermbg or not colour then
    return
  end
  vim.api.nvim_set_hl(0, GROUP, vim.tbl_extend("force", resolved, { ctermfg = colour }))
  ours, before = vim.api.nvim_get_hl(0, { name = GROUP }), now
end

--- Do so now, and with all that may change it.
function M.setup()
  local group = vim.api.nvim_create_augroup("foretype.colour", {})
  local ensure = vim.schedule_wrap(M.ensure)
  vim.api.nvim_create_autocmd("ColorScheme", { group = group, callback = M.ensure })
  vim.api.nvim_create_autocmd("OptionSet", { group = group, pattern = { "background", "termguicolors" }, callback = ensure })
  if vim.v.vim_did_enter == 1 then
    M.ensure()
  else
    -- What the user's own files say comes first, whatever their order.
    vim.api.nvim_create_autocmd("VimEnter", { group = group, once = true, callback = M.ensure })
  end
end

return M
