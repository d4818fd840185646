"""What reading code by its syntax costs."""
