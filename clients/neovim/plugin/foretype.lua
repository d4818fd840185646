-- Defines :Foretype. The server is enabled by require("foretype").setup().
if vim.g.loaded_foretype then
  return
end
vim.g.loaded_foretype = true

vim.api.nvim_create_user_command("Foretype", function(command)
  local lines = command.range > 0 and { command.line1, command.line2 } or nil
  require("foretype.command").run(vim.trim(command.args), lines)
end, {
  nargs = "?",
  range = true,
  desc = "Foretype: status, actions, explain, snooze and more",
  complete = function(typed)
    return require("foretype.command").complete(typed)
  end,
})
