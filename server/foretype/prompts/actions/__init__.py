"""What code actions ask a model, and how its answers are read: each prompt is a Markdown file in this folder."""
