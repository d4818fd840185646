-- Defines :Foretype. The server is enabled by require("foretype").setup().
if vim.g.loaded_foretype then
  return
end
vim.g.loaded_foretype = true

vim.api.nvim_create_user_command("Foretype", function(command)
  require("foretype.command").run(vim.trim(command.args))
end, {
  nargs = "?",
  desc = "Foretype: status, toggle, restart, log, health",
  complete = function(typed)
    return require("foretype.command").complete(typed)
  end,
})
