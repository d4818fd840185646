"""Code actions: what is offered, what is asked, and how an answer becomes edits that touch only what was asked."""
