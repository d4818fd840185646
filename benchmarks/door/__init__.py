"""What the door costs: starting, editing, answering, remembering; beside a bare pygls server on the same machine."""
