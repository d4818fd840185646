"""The workspace index: a worker process walks the folder and builds arrays, the server maps and reads them."""
