"""The methods that are held side by side: rules as others describe them, in words of our own, and ours."""
