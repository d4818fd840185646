--- :checkhealth foretype
local M = {}

local health = vim.health

local function check_neovim()
  if require("foretype.ghost").available() then
    health.ok("Neovim shows ghost text (vim.lsp.inline_completion).")
  elseif vim.fn.has("nvim-0.11") == 1 then
    health.warn(require("foretype.ghost").missing(), {
      "Use Neovim 0.12 or newer for ghost text, and for accepting it whole, by word or by line.",
      "Code actions, :Foretype and the status are here all the same.",
    })
  else
    health.error("Neovim is too old.", { "Use Neovim 0.11 or newer, 0.12 for ghost text." })
    return false
  end
  return true
end

local function check_server()
  local config = vim.lsp.config["foretype"]
  local command = config and config.cmd
  if type(command) ~= "table" then
    health.error("No command is configured.", { 'Call require("foretype").setup().' })
    return
  end
  if vim.fn.executable(command[1]) == 0 then
    health.error(("%s cannot be run."):format(command[1]), {
      "Install the server so that `foretype` is on your PATH,",
      'or name it: require("foretype").setup({ cmd = { "/path/to/foretype", "--stdio" } }).',
    })
    return
  end
  local words = vim.tbl_filter(function(word)
    return word ~= "--stdio"
  end, command)
  table.insert(words, "--version")
  local answered, done = pcall(function()
    return vim.system(words, { text = true, timeout = 15000 }):wait()
  end)
  local version = answered and done.code == 0 and vim.trim(done.stdout) or ""
  if vim.startswith(version, "foretype ") then
    health.ok(("%s (%s)"):format(version, vim.fn.exepath(command[1])))
  else
    health.error(("`%s` does not answer as the server does."):format(table.concat(words, " ")), {
      "Run it in a shell to see why.",
    })
  end
end

local function check_client()
  local clients = require("foretype").clients()
  if #clients == 0 then
    health.info("No server runs now. It starts with the first file that you open.")
  end
  for _, client in ipairs(clients) do
    local status = require("foretype")._status_of(client.id)
    local line = ("Runs for %s: %s"):format(client.root_dir or "single files", status.kind)
    local report = (status.kind == "Error" or status.kind == "Warning") and health.warn or health.ok
    report(status.message ~= "" and line .. ", " .. status.message or line)
    local state = require("foretype.state").ask_now(client)
    if state then
      health.info(state.words)
      for _, problem in ipairs(state.problems) do
        health.warn(problem)
      end
      if #state.problems == 0 then
        health.ok("Nothing is wrong with the settings.")
      end
    else
      health.warn("The server does not answer.", { ":Foretype restart" })
    end
  end
  local ghost = require("foretype.ghost")
  if ghost.available() and not ghost.is_enabled() then
    health.info("Ghost text is off. `:Foretype toggle` turns it on.")
  end
end

function M.check()
  health.start("foretype")
  if check_neovim() then
    check_server()
    check_client()
  end
end

return M
