"""What fitting a suggestion to the buffer costs."""
