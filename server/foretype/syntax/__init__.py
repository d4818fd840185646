"""What code is made of: by tree-sitter where a grammar is installed, else by layout.

Pure: text in, values out. The only folder that knows tree-sitter; grammars are loaded by the functions that need
them, and whoever calls is answered the same way where there is none.
"""
