-- The server, for vim.lsp.enable("foretype"). It can be used without the rest of the plugin.
--
-- There is no `filetypes`: which languages get suggestions is the server's setting `enable`.
-- Settings belong into `init_options`, which the server takes for yours; what it gets by `settings` it takes for the
-- workspace's word, since files of the workspace often fill that in.

---@type vim.lsp.Config
return {
  cmd = { "foretype", "--stdio" },
  root_markers = { "foretype.toml", ".foretype.toml", ".git" },
  capabilities = { experimental = { foretype = { status = true } } },
  handlers = {
    ["foretype/status"] = function(_, status, ctx)
      vim.api.nvim_exec_autocmds("User", {
        pattern = "ForetypeStatus",
        modeline = false,
        data = { client_id = ctx.client_id, status = status },
      })
    end,
  },
}
